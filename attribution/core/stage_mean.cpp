// Gauss-Kronrod 7/15 on the segment between two outputs, bisected where |K15 - G7| is too large. The model is not run:
// only the stage is, on a handful of numbers, so this costs little beside a gradient of the network. What is below the
// rounding of the slopes, or of the outputs, is not refined: halves would look as uneven.
#include <gradpath/attribution/core/stage_mean.hpp>

#include <cmath>

#include <gradpath/attribution/core/measure.hpp>
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
          bound_(dtype_ == DType::float32 ? 1e-6 : 1e-10),
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
    /// Of each target at all places of all parts, the nodes of a part and then its two ends.
    struct Seen {
        std::vector<Tensor> scores;  ///< [parts · places]
        std::vector<Tensor> slopes;  ///< in the outputs: [parts · places, outputs]
    };

    Seen look(const std::vector<Part>& parts) const {
        std::vector<double> at;
        std::vector<Index> place, rows;
        for (const Part& part : parts) {
            for (const double node : rule_.at) at.push_back(part.from + node * (part.to - part.from));
            at.insert(at.end(), {part.from, part.to});
            place.insert(place.end(), rule_.at.size() + 2, part.row);
            rows.insert(rows.end(), rule_.at.size() + 2, rows_[static_cast<std::size_t>(part.row)]);
        }
        const auto n = static_cast<Index>(at.size());
        const Indices places(Shape{n}, place);
        const Tensor fractions(Shape{n, 1}, std::span<const double>(at));
        const Recording on;
        const Tensor leaf = tracked((gather(start_, places) + fractions * gather(step_, places)).to(dtype_));
        Seen seen;
        for (const Tensor& score : objective_.scores(leaf, rows)) {
            seen.slopes.push_back(grad(sum(score), leaf).to(DType::float64));
            seen.scores.push_back(score);
        }
        return seen;
    }

    std::vector<Part> round(const std::vector<Part>& open) {
        const Seen seen = look(open);
        std::vector<Part> next;
        for (std::size_t k = 0; k < open.size(); ++k) settle(open[k], static_cast<Index>(k), seen, next);
        return next;
    }

    /// Adds a part to the sums, or its halves to the next round.
    void settle(const Part& part, Index k, const Seen& seen, std::vector<Part>& next) {
        const double length = part.to - part.from;
        std::vector<Estimate> estimates;
        bool uneven = false;
        for (std::size_t t = 0; t < sums_.size(); ++t) {
            estimates.push_back(estimate(part, k, seen.slopes[t], seen.scores[t]));
            uneven = uneven || estimates[t].uneven;
        }
        if (uneven && length > shortest && moves(part)) {
            const double middle = part.from + length / 2;
            next.push_back({part.row, part.from, middle});
            next.push_back({part.row, middle, part.to});
            return;
        }
        const auto row = static_cast<std::size_t>(part.row), width = static_cast<std::size_t>(outputs_);
        for (std::size_t t = 0; t < sums_.size(); ++t) {
            errors_[t][row] += estimates[t].error;
            for (std::size_t c = 0; c < width; ++c) sums_[t][row * width + c] += estimates[t].sums[c];
        }
    }

    struct Estimate {
        std::vector<double> sums;  ///< of the slopes in each output
        double error = 0;
        bool uneven = false;
    };

    /// A target on a part. What it rises between the ends tells of a step that lies between the nodes.
    Estimate estimate(const Part& part, Index k, const Tensor& slopes, const Tensor& scores) const {
        const double length = part.to - part.from, epsilon = epsilon_of(dtype_);
        const auto nodes = static_cast<Index>(rule_.at.size()), first = k * (nodes + 2);
        Estimate e;
        double worst = 0, steepest = 0, rise = 0;
        for (Index c = 0; c < outputs_; ++c) {
            double total = 0, gap = 0;
            for (std::size_t q = 0; q < rule_.at.size(); ++q) {
                const double slope = slopes.at((first + static_cast<Index>(q)) * outputs_ + c);
                steepest = std::max(steepest, std::abs(slope));
                total += rule_.weight[q] * slope;
                gap += (rule_.weight[q] - rule_.gauss_weight[q]) * slope;
            }
            const double way = length * step_.at(part.row * outputs_ + c);
            e.sums.push_back(total * length);
            e.error += std::abs(gap * way);
            rise += total * way;
            worst = std::max(worst, std::abs(gap));
        }
        const double from = scores.at(first + nodes), to = scores.at(first + nodes + 1);
        const double missing = std::abs(to - from - rise);
        e.error = std::max(e.error, missing);
        e.uneven = worst > std::max(bound_, 4 * epsilon * steepest) ||
                   missing > std::max(bound_, 16 * epsilon * (std::abs(from) + std::abs(to)));
        return e;
    }

    /// Whether the outputs change by more than a few roundings of the largest.
    bool moves(const Part& part) const {
        double way = 0, size = 0;
        for (Index c = part.row * outputs_; c < (part.row + 1) * outputs_; ++c) {
            way = std::max(way, std::abs(step_.at(c)) * (part.to - part.from));
            size = std::max({size, std::abs(start_.at(c)), std::abs(start_.at(c) + step_.at(c))});
        }
        return way > 64 * epsilon_of(dtype_) * size;
    }

    const Objective& objective_;
    const std::vector<Index>& rows_;
    Tensor start_, step_;
    DType dtype_;
    double bound_;
    const KronrodNodes& rule_ = kronrod_nodes();
    Index count_, outputs_;
    std::vector<std::vector<double>> sums_, errors_;
};

}  // namespace

StageMean stage_mean(const Objective& objective, const Tensor& from, const Tensor& to, const std::vector<Index>& rows) {
    const NoRecording off;
    return Refinement(objective, from, to, rows).run();
}

}  // namespace gradpath::attribution
