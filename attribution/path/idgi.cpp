// Points are taken in order, so a step of F waits for the gradient that shares it: that of its first point, or, where
// that is 0, the next one that is not. What still waits at the end of the path goes to the last gradient that was not
// 0; if there was none, nothing can be shared and the gap stays, for all to see.
#include <gradpath/attribution/path/idgi.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/average.hpp>
#include <gradpath/attribution/core/measure.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/core/walk.hpp>
#include <gradpath/attribution/path/doubling.hpp>

namespace gradpath::attribution {
namespace {

/// What one row and target wait for.
struct Waiting {
    double value = 0, open = 0;        ///< F at the last point; the change of F not yet shared
    std::vector<double> gradient = {};  ///< the last that was not 0
    bool fresh = false;                ///< it is that of the last point

    /// Shares what is open among the features.
    void share(std::span<double> sums) {
        double squares = 0;
        for (const double g : gradient) squares += g * g;
        for (std::size_t i = 0; i < sums.size() && squares > 0; ++i) sums[i] += gradient[i] * gradient[i] / squares * open;
        if (squares > 0) open = 0;
    }
    void pass(bool first, double f, std::span<const double> slope, std::span<double> sums) {
        if (!first) open += f - value;
        value = f;
        if (fresh) share(sums);
        const bool flat = std::all_of(slope.begin(), slope.end(), [](double g) { return g == 0; });
        if (!flat) gradient.assign(slope.begin(), slope.end());
        if (!flat && !fresh) share(sums);
        fresh = !flat;
    }
};

/// The answer with `steps` points on each edge, for some rows.
void run_idgi(Evaluator& evaluator, const Path& path, const std::vector<Index>& rows, Index steps, Numbers& values) {
    const auto targets = static_cast<std::size_t>(evaluator.targets()), features = static_cast<std::size_t>(evaluator.features());
    const auto active = static_cast<Index>(rows.size()), total = path.edges * active * steps + active;
    const auto place = [&](Index k) {  // edge by edge, row by row, point by point; the ends of the path come last
        const bool end = k >= path.edges * active * steps;
        const Index row = end ? k - path.edges * active * steps : k / steps % active;
        const double at = end ? 1 : static_cast<double>(k % steps) / static_cast<double>(steps);
        return Place{rows[static_cast<std::size_t>(row)], end ? path.edges - 1 : k / (steps * active), at};
    };
    Walk ahead(evaluator.method(), path, evaluator.input());
    const auto make = [&](Index first, Index last) {
        std::vector<Place> places;
        for (Index k = first; k < last; ++k) places.push_back(place(k));
        return ahead.points(places);
    };
    std::vector<Waiting> waiting(static_cast<std::size_t>(evaluator.rows()) * targets);
    for (const Index row : rows)
        std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row) * targets * features),
                    targets * features, 0.0);
    const auto take = [&](Index k, std::span<const double> f, std::span<const double> slopes) {
        const Place here = place(k);
        for (std::size_t t = 0; t < targets; ++t) {
            const std::size_t lane = static_cast<std::size_t>(here.row) * targets + t;
            waiting[lane].pass(here.edge == 0 && here.at == 0, f[t], slopes.subspan(t * features, features),
                               std::span(values).subspan(lane * features, features));
        }
    };
    evaluator.gradients(total, make, take, "path", 0, total);
    for (const Index row : rows)
        for (std::size_t lane = static_cast<std::size_t>(row) * targets; lane < (static_cast<std::size_t>(row) + 1) * targets; ++lane)
            waiting[lane].share(std::span(values).subspan(lane * features, features));
}

void report_tolerance(Attribution& result, const Numbers& values, const std::vector<double>& error,
                      const std::vector<bool>& met, double tolerance) {
    const std::size_t features = values.size() / error.size();
    result.tolerance = tolerance;
    result.tolerance_met = met;
    result.quadrature_error = std::vector<double>();
    for (std::size_t lane = 0; lane < error.size(); ++lane)
        result.quadrature_error->push_back(figures(std::span(values).subspan(lane * features, features), error[lane],
                                                   (*result.f_baseline)[lane], result.f_input[lane], 0)
                                               .error);
}

}  // namespace

Attribution idgi(const Model& model, const Tensor& x, const Idgi& o) {
    const Recorder recorder;
    require(o.steps >= 1, "idgi: steps must be at least 1 but is ", o.steps);
    require(!o.tolerance || (*o.tolerance > 0 && std::isfinite(*o.tolerance)), "idgi: tolerance must be above 0 but is ",
            o.tolerance.value_or(0));
    const Index samples = samples_of(o.baseline);
    Evaluator evaluator("idgi", model, x, o.target, o.stage, o.run);
    Attribution result;
    Average average;
    std::vector<double> f_baseline(evaluator.f_input().size()), error(f_baseline.size());
    std::vector<bool> met(static_cast<std::size_t>(evaluator.rows()), true);
    result.steps = std::vector<Index>(met.size(), 0);
    for (Index sample = 0; sample < samples; ++sample) {
        const Tensor start = draw_baseline("idgi", o.baseline, evaluator.input(), {o.seed, sample});
        if (sample == 0) result.baseline = start;
        const std::vector<double> f_start = evaluator.values(start, "baseline");
        const Path path = o.paths ? o.paths(start, evaluator.input(), sample) : straight(start, evaluator.input());
        const Doubled done = by_doubling(
            evaluator, {o.tolerance, o.steps, o.max_steps}, {.start = f_start, .end = evaluator.f_input()},
            [&](const std::vector<Index>& rows, Index steps, Numbers& values) {
                run_idgi(evaluator, path, rows, steps, values);
            });
        average.add(done.values);
        for (std::size_t lane = 0; lane < error.size(); ++lane) {
            f_baseline[lane] += f_start[lane] / static_cast<double>(samples);
            if (done.error) error[lane] += (*done.error)[lane] / static_cast<double>(samples);
        }
        for (std::size_t row = 0; row < met.size(); ++row) {
            (*result.steps)[row] += done.steps[row] * path.edges + 1;
            if (!done.met.empty()) met[row] = met[row] && done.met[row];
        }
        for (const std::string& note : done.notes) add_note(result.notes, note);
    }
    result.values = values_like(evaluator, average.mean());
    recorder.finish(result, evaluator, o.target);
    report_completeness(result, average.mean(), f_baseline);
    if (o.tolerance) report_tolerance(result, average.mean(), error, met, *o.tolerance);
    if (samples > 1 || is_random(o.baseline)) result.samples = samples;
    if (samples > 1) result.standard_error = values_like(evaluator, average.standard_error());
    if (is_random(o.baseline)) result.seed = o.seed;
    result.baseline_kind = describe(o.baseline);
    return result;
}

}  // namespace gradpath::attribution
