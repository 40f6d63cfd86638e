// A gap alone proves nothing (one midpoint of x₁³ - x₂³ at (1, 1) has none and answers (0.75, -0.75)), so both are
// asked for. If the difference falls by a factor r with each doubling, the error is of order p = log₂ r in 1/n, and
// an error e at n nodes reaches the tolerance at n (e / tolerance)^(1/p).
#include <gradpath/attribution/core/doubling.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gradpath/attribution/core/measure.hpp>

namespace gradpath::attribution {
namespace {

class Doubling {
public:
    Doubling(const Evaluator& evaluator, const QuadraturePlan& plan, const Ends& ends, Integral empty)
        : plan_(plan),
          ends_(ends),
          epsilon_(epsilon_of(evaluator.input().dtype())),
          targets_(static_cast<std::size_t>(evaluator.targets())),
          result_(std::move(empty)),
          open_(result_.steps.size()),
          worst_(open_.size(), std::numeric_limits<double>::infinity()),
          order_(open_.size()) {
        std::iota(open_.begin(), open_.end(), Index{0});
        result_.error = std::vector<double>(ends.start.size(), std::numeric_limits<double>::infinity());
        result_.met.assign(open_.size(), false);
    }

    Integral run(Index edges, const RunRule& rule) {
        rule(plan_.steps, open_, result_);
        Index spent = plan_.steps * edges;
        for (Index count = 2 * plan_.steps; !open_.empty(); count *= 2) {
            if (spent + count * edges > plan_.max_steps || count > most_nodes(plan_.rule)) {
                for (const Index row : open_) give_up(static_cast<std::size_t>(row), count / 2, spent, edges);
                break;
            }
            spent += count * edges;
            const Numbers before = result_.values;
            for (const Index row : open_) std::ranges::fill(values(row), 0.0);
            rule(count, open_, result_);
            std::erase_if(open_, [&](Index row) { return !judge(row, before); });
        }
        return std::move(result_);
    }

private:
    std::span<double> values(Index row) {
        const std::size_t width = result_.values.size() / result_.steps.size();
        return std::span(result_.values).subspan(static_cast<std::size_t>(row) * width, width);
    }

    /// Compares a row with the rule before; true if it needs more nodes.
    bool judge(Index row, const Numbers& before) {
        const auto at = static_cast<std::size_t>(row);
        const std::size_t width = values(row).size() / targets_;
        bool met = true, floored = true, finite = true;
        double worst = 0;
        for (std::size_t lane = at * targets_; lane < (at + 1) * targets_; ++lane) {
            double& error = (*result_.error)[lane] = 0;
            for (std::size_t i = lane * width; i < (lane + 1) * width; ++i)
                error += std::abs(result_.values[i] - before[i]);
            const Figures now = figures(std::span(result_.values).subspan(lane * width, width), error,
                                        ends_.start[lane], ends_.end[lane], epsilon_);
            met = met && now.within(*plan_.tolerance);
            finite = finite && std::isfinite(ends_.end[lane] - ends_.start[lane]);
            floored = floored && now.at_floor(*plan_.tolerance, epsilon_);
            worst = std::max({worst, now.error, now.delta});
        }
        result_.met[at] = met;
        result_.floored[at] = !met && floored;
        order_[at] = std::log2(worst_[at] / worst);
        worst_[at] = worst;
        return !met && !floored && finite;  // no steps mend an F that is not a number
    }

    /// Foretells what a row would need, from its last two differences.
    void give_up(std::size_t row, Index count, Index spent, Index edges) {
        result_.capped[row] = true;
        if (!std::isfinite(order_[row]) || !std::isfinite(worst_[row]) || order_[row] <= 0) return;
        const double order = std::clamp(order_[row], 0.5, 4.0);
        const double needed =
            std::min(1e12, static_cast<double>(count) * std::pow(worst_[row] / *plan_.tolerance, 1 / order));
        while (static_cast<double>(count) < needed) spent += (count *= 2) * edges;
        result_.needed[row] = spent;
    }

    const QuadraturePlan& plan_;
    const Ends& ends_;
    double epsilon_;
    std::size_t targets_;
    Integral result_;
    std::vector<Index> open_;
    std::vector<double> worst_, order_;  // of the last answer's figures; how fast they fell
};

}  // namespace

Integral by_doubling(const Evaluator& evaluator, Index edges, const QuadraturePlan& plan, const Ends& ends,
                     Integral empty, const RunRule& run) {
    require_first_look(evaluator.method(), plan, edges * plan.steps);
    if (plan.tolerance) return Doubling(evaluator, plan, ends, std::move(empty)).run(edges, run);
    std::vector<Index> all(empty.steps.size());
    std::iota(all.begin(), all.end(), Index{0});
    run(plan.steps, all, empty);
    return empty;
}

}  // namespace gradpath::attribution
