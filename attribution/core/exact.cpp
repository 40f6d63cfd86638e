// The stretches of an edge wait on a stack, the next one on top, and are worked off in chunks that fit the budget:
// open ones are cut (core/linear_pieces), settled ones are integrated, in ascending order. So memory does not grow with
// the pieces, and since each stretch is cut by itself, the budget does not show in the bits. The gradient of a piece is
// taken at its middle, where no kink is near.
#include <gradpath/attribution/core/exact.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/measure.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/core/stage_mean.hpp>
#include <gradpath/attribution/core/walk.hpp>
#include <gradpath/autodiff/grad.hpp>

namespace gradpath::attribution {
namespace {

class ExactIntegral {
public:
    ExactIntegral(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const LinearPieces& pieces)
        : evaluator_(evaluator),
          path_(path),
          plan_(plan),
          pieces_(pieces),
          ahead_(evaluator.method(), path, evaluator.input()),
          behind_(ahead_),
          targets_(static_cast<std::size_t>(evaluator.targets())),
          width_(targets_ * static_cast<std::size_t>(evaluator.features())),
          result_(empty_integral(evaluator, QuadratureRule::exact)) {
        result_.error = std::vector<double>(result_.steps.size() * targets_, 0);
        result_.met.assign(result_.steps.size(), false);
    }

    Integral run(const Ends& ends) {
        for (Index edge = 0; edge < path_.edges; ++edge)
            for (Index row = 0; row < evaluator_.rows(); ++row) run_edge(row, edge);
        for (Index row = 0; row < evaluator_.rows(); ++row) judge(row, ends);
        return std::move(result_);
    }

private:
    void run_edge(Index row, Index edge) {
        const auto at = static_cast<std::size_t>(row);
        if (result_.capped[at]) return;
        std::vector<Stretch> stack{Stretch{}};
        const auto chunk = static_cast<std::size_t>(std::max<Index>(1, evaluator_.chunk() - 1));
        while (!stack.empty() && !result_.capped[at]) {
            const bool settled = stack.back().settled;
            std::vector<Stretch> top;
            while (!stack.empty() && top.size() < chunk && stack.back().settled == settled) {
                top.push_back(stack.back());
                stack.pop_back();
            }
            if (settled) {
                integrate(row, edge, top);
                continue;
            }
            const std::vector<Stretch> cut = pieces_.cut(top, [&](std::span<const double> fractions) {
                evaluator_.begin_chunk(static_cast<Index>(fractions.size()));
                return points(row, edge, fractions).at;
            });
            stack.insert(stack.end(), cut.rbegin(), cut.rend());
            result_.capped[at] = result_.steps[at] + static_cast<Index>(stack.size()) > plan_.most_pieces;
        }
        if (result_.capped[at]) foretell(at, static_cast<double>(edge) + stack.back().from);
    }

    /// As many pieces in the rest of the path as in what is done of it.
    void foretell(std::size_t row, double edges_done) {
        if (edges_done <= 0 || result_.steps[row] == 0) return;
        const double share = edges_done / static_cast<double>(path_.edges);
        result_.needed[row] = static_cast<Index>(std::ceil(static_cast<double>(result_.steps[row]) / share));
    }

    Points points(Index row, Index edge, std::span<const double> at) {
        std::vector<Place> places;
        for (const double fraction : at) places.push_back({row, edge, fraction});
        return ahead_.points(places);
    }

    /// Adds settled stretches, in order.
    void integrate(Index row, Index edge, const std::vector<Stretch>& stretches) {
        const auto middle = [&](Index k) {
            const Stretch& stretch = stretches[static_cast<std::size_t>(k)];
            return Place{row, edge, stretch.from + (stretch.to - stretch.from) / 2};
        };
        const auto make = [&](Index first, Index last) {
            std::vector<double> at;
            for (Index k = first; k < last; ++k) at.push_back(middle(k).at);
            return points(row, edge, at);
        };
        const auto take = [&](Index k, std::span<const double>, std::span<const double> slopes) {
            const Stretch& stretch = stretches[static_cast<std::size_t>(k)];
            const std::span<double> sums(result_.values.data() + static_cast<std::size_t>(row) * width_, width_);
            behind_.add(middle(k), stretch.to - stretch.from, slopes, sums);
            note_missing_gradient(result_, path_, QuadratureRule::exact, middle(k), slopes);
        };
        const auto count = static_cast<Index>(stretches.size());
        if (evaluator_.objective().is_linear()) evaluator_.gradients(count, make, take, "path", done_, 0);
        else evaluator_.pullbacks(count, make, staged(row, edge, stretches), take);
        done_ += count;
        result_.steps[static_cast<std::size_t>(row)] += count;
    }

    /// The mean slopes of the output stage on each stretch; its errors go into the result.
    std::vector<Tensor> staged(Index row, Index edge, const std::vector<Stretch>& stretches) {
        const NoRecording off;
        const auto outputs = [&](const double Stretch::*end) {
            std::vector<double> at;
            for (const Stretch& stretch : stretches) at.push_back(stretch.*end);
            evaluator_.begin_chunk(static_cast<Index>(at.size()));
            return evaluator_.objective().run(points(row, edge, at).at);
        };
        const Tensor from = outputs(&Stretch::from), to = outputs(&Stretch::to);
        const StageMean mean = stage_mean(evaluator_.objective(), from, to, std::vector<Index>(stretches.size(), row));
        for (std::size_t t = 0; t < targets_; ++t)
            for (const double error : mean.errors[t])
                (*result_.error)[static_cast<std::size_t>(row) * targets_ + t] += error;
        return mean.slopes;
    }

    void judge(Index row, const Ends& ends) {
        const auto at = static_cast<std::size_t>(row);
        const std::size_t features = width_ / targets_;
        const double epsilon = epsilon_of(evaluator_.input().dtype());
        bool met = !result_.capped[at], floored = true, finite = true;
        for (std::size_t t = 0; t < targets_; ++t) {
            const std::size_t lane = at * targets_ + t;
            const Figures now = figures(std::span(result_.values).subspan(lane * features, features),
                                        (*result_.error)[lane], ends.start[lane], ends.end[lane], epsilon);
            met = met && now.within(*plan_.tolerance);
            floored = floored && now.at_floor(*plan_.tolerance, epsilon);
            finite = finite && std::isfinite(now.delta);
        }
        result_.met[at] = met;
        result_.floored[at] = !met && !result_.capped[at] && floored;
        if (met || floored || !finite || result_.capped[at]) return;
        result_.capped[at] = plan_.choose;  // the adaptive rule shall try
        add_note(result_.notes, text("exact: the pieces of row ", row,
                                     " do not add up to F(x) - F(x'): the model "
                                     "jumps, or picks by index, which is not seen; compare gauss-kronrod"));
    }

    Evaluator& evaluator_;
    const Path& path_;
    const QuadraturePlan& plan_;
    const LinearPieces& pieces_;
    Walk ahead_, behind_;
    std::size_t targets_, width_;
    Integral result_;
    Index done_ = 0;
};

}  // namespace

Integral integrate_exactly(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends,
                           const LinearPieces& pieces) {
    return ExactIntegral(evaluator, path, plan, pieces).run(ends);
}

}  // namespace gradpath::attribution
