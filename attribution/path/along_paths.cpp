// Every path from every draw of the baseline is integrated by core/integrate, and the answers are averaged. Completeness,
// Σ Aᵢ = F(x) - F(x'), follows from the fundamental theorem of calculus for each path, and over a distribution with the
// mean of F(x').
#include <gradpath/attribution/path/along_paths.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/average.hpp>
#include <gradpath/attribution/core/result.hpp>

namespace gradpath::attribution {
namespace {

/// Over the draws: means, and what must hold for each of them.
struct Draws {
    Average values;
    std::vector<double> f_baseline, error;
    std::vector<Index> steps;
    std::vector<bool> met, floored, capped;
    QuadratureRule rule = {};

    void add(const Integral& integral, const std::vector<double>& f_start) {
        values.add(integral.values);
        rule = integral.rule;
        if (f_baseline.empty()) {
            f_baseline.assign(f_start.size(), 0);
            error.assign(f_start.size(), 0);
            steps.assign(integral.steps.size(), 0);
            met.assign(integral.steps.size(), true);
            floored = capped = std::vector<bool>(integral.steps.size(), false);
        }
        for (std::size_t k = 0; k < f_start.size(); ++k) {
            f_baseline[k] += f_start[k];
            if (integral.error) error[k] += (*integral.error)[k];
        }
        for (std::size_t row = 0; row < steps.size(); ++row) {
            steps[row] += integral.steps[row];
            if (!integral.met.empty()) met[row] = met[row] && integral.met[row];
            floored[row] = floored[row] || integral.floored[row];
            capped[row] = capped[row] || integral.capped[row];
        }
    }
};

void report_tolerance(Attribution& result, const Draws& draws, const QuadraturePlan& plan) {
    result.tolerance = plan.tolerance;
    const Numbers& values = draws.values.mean();
    const std::size_t features = values.size() / draws.error.size(), targets = draws.error.size() / draws.met.size();
    std::vector<double> errors;
    std::vector<bool> met = draws.met;
    for (std::size_t k = 0; k < draws.error.size(); ++k) {
        double absolute = 0;
        for (std::size_t i = k * features; i < (k + 1) * features; ++i) absolute += std::abs(values[i]);
        const double scale = error_scale(result.f_input[k] - (*result.f_baseline)[k], absolute);
        errors.push_back(draws.error[k] / static_cast<double>(draws.values.count()) / scale);
        if (errors.back() > *plan.tolerance || (*result.relative_delta)[k] > *plan.tolerance) met[k / targets] = false;
    }
    result.quadrature_error = std::move(errors);
    const auto any = [](const std::vector<bool>& flags) {
        return std::find(flags.begin(), flags.end(), true) != flags.end();
    };
    const bool missed = std::find(met.begin(), met.end(), false) != met.end();
    result.tolerance_met = std::move(met);
    if (!missed) return;
    if (any(draws.floored) && result.dtype == DType::float32)
        add_note(result.notes, text("tolerance ", *plan.tolerance, " lies below the rounding floor of float32 here; ",
                                    "use --dtype f64"));
    else if (any(draws.floored))
        add_note(result.notes, text("tolerance ", *plan.tolerance, " lies below the rounding floor of float64 here"));
    if (any(draws.capped))
        add_note(result.notes, text("tolerance ", *plan.tolerance, " was not met within max-steps ", plan.max_steps,
                                    "; allow more, or ask for less"));
}

/// Notes the first row whose F is not a number at an end of the path: no answer can be complete there.
void note_missing_ends(Attribution& result, const Evaluator& evaluator, const std::vector<double>& f_start) {
    for (std::size_t k = 0; k < f_start.size(); ++k)
        for (const bool start : {true, false})
            if (!std::isfinite(start ? f_start[k] : evaluator.f_input()[k])) {
                add_note(result.notes, text("the explained number is not finite at the ", start ? "baseline" : "input",
                                            " of row ", static_cast<Index>(k) / evaluator.targets()));
                return;
            }
}

}  // namespace

Attribution along_paths(const Model& model, const Tensor& x, const AlongPaths& options, const std::string& method) {
    const Recorder recorder;
    const QuadraturePlan quadrature = plan(method, options.quadrature, x.dtype());
    require(options.samples >= 1, method, ": samples must be at least 1 but is ", options.samples);
    const Index draws_of_baseline = samples_of(options.baseline), samples = draws_of_baseline * options.samples;
    Run inner = options.run;
    if (samples > 1) inner.progress = {};  // the samples are what is counted then
    Evaluator evaluator(method, model, x, options.target, options.stage, inner);
    Attribution result;
    Draws draws;
    for (Index draw = 0; draw < draws_of_baseline; ++draw) {
        const Tensor start = draw_baseline(method, options.baseline, evaluator.input(), {options.seed, draw});
        if (draw == 0) result.baseline = start;
        const std::vector<double> f_start = evaluator.values(start, "baseline");
        note_missing_ends(result, evaluator, f_start);
        for (Index k = 0; k < options.samples; ++k) {
            const Path path = options.paths ? options.paths(start, evaluator.input(), draw * options.samples + k)
                                            : straight(start, evaluator.input());
            const Ends ends{.start = f_start, .end = evaluator.f_input()};
            const Integral integral = integrate(evaluator, path, quadrature, ends);
            draws.add(integral, f_start);
            for (const std::string& note : integral.notes) add_note(result.notes, note);
            if (samples > 1 && options.run.progress)
                options.run.progress("samples", draw * options.samples + k + 1, samples);
        }
    }
    for (double& f : draws.f_baseline) f /= static_cast<double>(samples);
    result.values = values_like(evaluator, draws.values.mean());
    recorder.finish(result, evaluator, options.target);
    report_completeness(result, draws.values.mean(), draws.f_baseline);
    result.steps = draws.steps;
    if (quadrature.tolerance) report_tolerance(result, draws, quadrature);
    result.rule = describe(draws.rule);
    if (samples > 1 || is_random(options.baseline)) result.samples = samples;
    if (samples > 1) result.standard_error = values_like(evaluator, draws.values.standard_error());
    if (is_random(options.baseline)) result.seed = options.seed;
    result.baseline_kind = describe(options.baseline);
    return result;
}

}  // namespace gradpath::attribution
