// If the difference falls by a factor r with each doubling, the error is of order p = log₂ r in 1/steps, and a
// difference d at n steps reaches the tolerance at n (d / tolerance)^(1/p).
#include <gradpath/attribution/path/doubling.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/measure.hpp>
#include <gradpath/attribution/core/result.hpp>

namespace gradpath::attribution {
namespace {

std::string needed(double before, double now, double tolerance, Index steps) {
    const double order = std::clamp(std::log2(before / now), 0.5, 4.0);  // not a number where there is one difference
    if (!std::isfinite(order) || !std::isfinite(now)) return "; allow more, or ask for less";
    const double count = static_cast<double>(steps) * std::pow(now / tolerance, 1 / order);
    return text("; about ", static_cast<Index>(std::min(1e15, std::ceil(count))), " would be needed");
}

}  // namespace

Doubled by_doubling(const Evaluator& evaluator, const Doubling& o, const Ends& ends, const WithSteps& run) {
    const auto rows = static_cast<std::size_t>(evaluator.rows()), targets = static_cast<std::size_t>(evaluator.targets());
    const auto features = static_cast<std::size_t>(evaluator.features());
    Doubled done{Numbers(rows * targets * features), {}, std::vector<Index>(rows, 0), {}, {}};
    std::vector<Index> open;
    for (Index row = 0; row < evaluator.rows(); ++row) open.push_back(row);
    const auto take = [&](Index steps) {
        run(open, steps, done.values);
        for (const Index row : open) done.steps[static_cast<std::size_t>(row)] += steps;
    };
    take(o.steps);
    if (!o.tolerance) return done;
    done.error = std::vector<double>(rows * targets, std::numeric_limits<double>::infinity());
    done.met.assign(rows, false);
    std::vector<double> worst(rows, std::numeric_limits<double>::infinity());
    Index steps = o.steps, spent = o.steps;
    for (; !open.empty() && spent + 2 * steps <= o.max_steps; spent += steps) {
        const Numbers before = done.values;
        take(steps *= 2);
        std::erase_if(open, [&](Index row) {
            const auto at = static_cast<std::size_t>(row);
            bool met = true;
            double largest = 0;
            for (std::size_t lane = at * targets; lane < (at + 1) * targets; ++lane) {
                double& error = (*done.error)[lane] = 0;
                for (std::size_t i = lane * features; i < (lane + 1) * features; ++i)
                    error += std::abs(done.values[i] - before[i]);
                const Figures now = figures(std::span(done.values).subspan(lane * features, features), error,
                                            ends.start[lane], ends.end[lane], 0);
                met = met && now.within(*o.tolerance);
                largest = std::max(largest, now.error);
            }
            if (!met && spent + 2 * steps + steps > o.max_steps)
                add_note(done.notes, text("tolerance ", *o.tolerance, " was not met in row ", row, " with ", steps,
                                          " steps", needed(worst[at], largest, *o.tolerance, steps)));
            worst[at] = largest;
            done.met[at] = met;
            return met;
        });
    }
    if (!open.empty() && done.notes.empty())
        add_note(done.notes, text("tolerance ", *o.tolerance, " was not met within max-steps ", o.max_steps,
                                  "; allow more, or ask for less"));
    return done;
}

}  // namespace gradpath::attribution
