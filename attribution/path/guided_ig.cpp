// Each step must bring the row nearer to the input by 1/steps of the whole L1 distance. First the features that lag
// behind the band catch up, then those with the least slopes move to the edge of the band, until the distance is made;
// the last move is cut short. One gradient serves a whole step. Features with one slope are not torn apart by the
// quantile: symmetric functions are walked symmetrically.
#include <gradpath/attribution/path/guided_ig.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gradpath/attribution/path/each_target.hpp>

namespace gradpath::attribution {
namespace {

constexpr const char* name = "guided-ig";
constexpr double rounding = 1e-6;  // slopes that differ by less, relative, are one slope
using Row = std::span<const double>;

/// The place of one row, moved by one step.
class Step {
public:
    Step(Row from, Row to, Row slopes, const GuidedIg& o, Index step)
        : from_(from),
          to_(to),
          cost_(slopes.size()),
          low_(std::max(0.0, share(step, o) - o.distance)),
          high_(std::min(1.0, share(step, o) + o.distance)),
          fraction_(o.fraction) {
        double whole = 0;
        for (std::size_t i = 0; i < to.size(); ++i) {
            whole += std::abs(to[i] - from[i]);
            cost_[i] = std::isfinite(slopes[i]) ? std::abs(slopes[i]) : std::numeric_limits<double>::max();
        }
        goal_ = whole * (1 - share(step, o));
        slack_ = 1e-9 * whole;
    }

    void move(std::span<double> at) {
        for (std::size_t i = 0; i < at.size(); ++i)
            if (progress(at, i) < low_) at[i] = place(i, low_);
        for (std::size_t round = 0; round <= at.size(); ++round) {  // each round brings a feature to the band's edge
            const double excess = distance(at) - goal_;
            if (excess <= slack_) return;
            const std::vector<std::size_t> movers = cheapest(at);
            double reach = 0;
            for (const std::size_t i : movers) reach += std::abs(place(i, high_) - at[i]);
            if (reach <= 0) return;
            const double part = std::min(1.0, excess / reach);
            for (const std::size_t i : movers)
                at[i] = part == 1 ? place(i, high_) : at[i] + part * (place(i, high_) - at[i]);
            if (part < 1) return;
        }
    }

private:
    static double share(Index step, const GuidedIg& o) {
        return static_cast<double>(step + 1) / static_cast<double>(o.steps);
    }
    double place(std::size_t i, double along) const {
        return along == 1 ? to_[i] : from_[i] + along * (to_[i] - from_[i]);
    }
    /// How far along its way a feature is; one without a way has arrived.
    double progress(std::span<const double> at, std::size_t i) const {
        const double way = to_[i] - from_[i];
        return way == 0 ? 1 : (at[i] - from_[i]) / way;
    }
    double distance(std::span<const double> at) const {
        double total = 0;
        for (std::size_t i = 0; i < at.size(); ++i) total += std::abs(to_[i] - at[i]);
        return total;
    }
    /// The features short of the band's edge whose cost is within the lower quantile of all costs.
    std::vector<std::size_t> cheapest(std::span<const double> at) const {
        std::vector<double> costs = cost_;
        for (std::size_t i = 0; i < at.size(); ++i)
            if (at[i] == place(i, high_) || to_[i] == from_[i]) costs[i] = std::numeric_limits<double>::infinity();
        std::vector<double> sorted = costs;
        const auto place_of = static_cast<std::ptrdiff_t>(fraction_ * static_cast<double>(sorted.size() - 1));
        std::nth_element(sorted.begin(), sorted.begin() + place_of, sorted.end());
        const double threshold = sorted[static_cast<std::size_t>(place_of)] * (1 + rounding);
        std::vector<std::size_t> movers;
        for (std::size_t i = 0; i < costs.size(); ++i)
            if (costs[i] <= threshold && std::isfinite(costs[i])) movers.push_back(i);
        return movers;
    }

    Row from_, to_;
    std::vector<double> cost_;
    double low_, high_, fraction_, goal_ = 0, slack_ = 0;
};

void check(const GuidedIg& o) {
    require(o.fraction >= 0 && o.fraction <= 1, name, ": fraction must lie in [0, 1] but is ", o.fraction);
    require(o.distance >= 0 && o.distance <= 1, name, ": distance must lie in [0, 1] but is ", o.distance);
}

Walker walker(Evaluator& evaluator, const GuidedIg& o, Index sample) {
    const Tensor from = draw_baseline(name, o.baseline, evaluator.input(), {o.seed, sample});
    const Tensor start = from.to(DType::float64), end = evaluator.input().to(DType::float64);
    std::vector<double> at(start.data<double>().begin(), start.data<double>().end());
    return {.start = from, .next = [=, &o, &evaluator](const Tensor& here, Index step) mutable {
                if (step + 1 == o.steps) return evaluator.input();
                const Tensor slopes = gradient_at(evaluator, here).to(DType::float64);
                const auto width = static_cast<std::size_t>(evaluator.features());
                for (std::size_t first = 0; first < at.size(); first += width) {
                    const auto row = [&](const Tensor& t) { return t.data<double>().subspan(first, width); };
                    Step(row(start), row(end), row(slopes), o, step).move(std::span(at).subspan(first, width));
                }
                return Tensor(here.shape(), std::span<const double>(at)).to(here.dtype());
            }};
}

}  // namespace

Attribution guided_ig(const Model& model, const Tensor& x, const GuidedIg& o) {
    check(o);
    if (std::holds_alternative<AllTargets>(o.target)) return each_target(name, model, x, o, guided_ig);
    const auto make = [&o](Evaluator& evaluator, Index sample) { return walker(evaluator, o, sample); };
    Attribution result = along_walks(name, model, x,
                                     {.target = o.target,
                                      .stage = o.stage,
                                      .quadrature = o.quadrature,
                                      .samples = samples_of(o.baseline),
                                      .steps = o.steps,
                                      .run = o.run},
                                     make);
    result.baseline = draw_baseline(name, o.baseline, detached(x), {o.seed, 0});
    result.baseline_kind = describe(o.baseline);
    if (is_random(o.baseline)) result.seed = o.seed;
    return result;
}

}  // namespace gradpath::attribution
