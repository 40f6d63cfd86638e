// Gauss-Kronrod 7/15 on the segment between two outputs, bisected where |K15 - G7| is too large. The model is not run:
// only the stage is, on a handful of numbers, so this costs little beside a gradient of the network.
#include <gradpath/attribution/core/stage_mean.hpp>

#include <cmath>

#include <gradpath/attribution/core/quadrature.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

constexpr double shortest = 1e-6;  // a stage that is still uneven here has a jump

struct Part {
    Index row;
    double from, to;
};

class Refinement {
public:
    Refinement(const Objective& objective, const Tensor& from, const Tensor& to, const std::vector<Index>& rows)
        : objective_(objective),
          rows_(rows),
          start_(from.to(DType::float64)),
          step_(to.to(DType::float64) - start_),
          dtype_(from.dtype()),
          count_(from.rows()),
          outputs_(from.shape()[1]),
          sums_(static_cast<std::size_t>(objective.targets()),
                std::vector<double>(static_cast<std::size_t>(count_ * outputs_))),
          errors_(sums_.size(), std::vector<double>(static_cast<std::size_t>(count_))) {}

    StageMean run() {
        std::vector<Part> open;
        for (Index row = 0; row < count_; ++row) open.push_back({row, 0, 1});
        while (!open.empty()) open = round(open);
        StageMean mean{{}, std::move(errors_)};
        for (const std::vector<double>& sums : sums_)
            mean.slopes.push_back(Tensor({count_, outputs_}, std::span<const double>(sums)).to(dtype_));
        return mean;
    }

private:
    /// Slopes of each target in the outputs at all nodes of all parts: [parts · nodes, outputs].
    std::vector<Tensor> slopes(const std::vector<Part>& parts) const {
        const KronrodNodes& rule = kronrod_nodes();
        std::vector<double> at;
        std::vector<Index> place, rows;
        for (const Part& part : parts)
            for (const double node : rule.at) {
                at.push_back(part.from + node * (part.to - part.from));
                place.push_back(part.row);
                rows.push_back(rows_[static_cast<std::size_t>(part.row)]);
            }
        const auto n = static_cast<Index>(at.size());
        const Indices places(Shape{n}, place);
        const Tensor fractions(Shape{n, 1}, std::span<const double>(at));
        const Recording on;
        const Tensor leaf = tracked((gather(start_, places) + fractions * gather(step_, places)).to(dtype_));
        std::vector<Tensor> result;
        for (const Tensor& score : objective_.scores(leaf, rows))
            result.push_back(grad(sum(score), leaf).to(DType::float64));
        return result;
    }

    std::vector<Part> round(const std::vector<Part>& open) {
        const std::vector<Tensor> all = slopes(open);
        std::vector<Part> next;
        for (std::size_t k = 0; k < open.size(); ++k) settle(open[k], static_cast<Index>(k), all, next);
        return next;
    }

    /// Adds a part to the sums, or its halves to the next round.
    void settle(const Part& part, Index k, const std::vector<Tensor>& all, std::vector<Part>& next) {
        const KronrodNodes& rule = kronrod_nodes();
        const double length = part.to - part.from, bound = dtype_ == DType::float32 ? 1e-6 : 1e-10;
        const auto nodes = static_cast<Index>(rule.at.size());
        std::vector<double> kronrod(sums_.size() * static_cast<std::size_t>(outputs_)), errors(sums_.size());
        double worst = 0;
        for (std::size_t t = 0; t < sums_.size(); ++t)
            for (Index c = 0; c < outputs_; ++c) {
                double total = 0, gap = 0;
                for (std::size_t q = 0; q < rule.at.size(); ++q) {
                    const double slope = all[t].at((k * nodes + static_cast<Index>(q)) * outputs_ + c);
                    total += rule.weight[q] * slope;
                    gap += (rule.weight[q] - rule.gauss_weight[q]) * slope;
                }
                kronrod[t * static_cast<std::size_t>(outputs_) + static_cast<std::size_t>(c)] = total * length;
                errors[t] += std::abs(gap * length * step_.at(part.row * outputs_ + c));
                worst = std::max(worst, std::abs(gap));
            }
        if (worst > bound && length > shortest) {
            const double middle = part.from + length / 2;
            next.push_back({part.row, part.from, middle});
            next.push_back({part.row, middle, part.to});
            return;
        }
        const auto row = static_cast<std::size_t>(part.row), width = static_cast<std::size_t>(outputs_);
        for (std::size_t t = 0; t < sums_.size(); ++t) {
            errors_[t][row] += errors[t];
            for (std::size_t c = 0; c < width; ++c) sums_[t][row * width + c] += kronrod[t * width + c];
        }
    }

    const Objective& objective_;
    const std::vector<Index>& rows_;
    Tensor start_, step_;
    DType dtype_;
    Index count_, outputs_;
    std::vector<std::vector<double>> sums_, errors_;
};

}  // namespace

StageMean stage_mean(const Objective& objective, const Tensor& from, const Tensor& to, const std::vector<Index>& rows) {
    const NoRecording off;
    return Refinement(objective, from, to, rows).run();
}

}  // namespace gradpath::attribution
