// Every path from every draw of the baseline is integrated by itself, and the answers are averaged. Completeness,
// Σ Aᵢ = F(x) - F(x'), follows from the fundamental theorem of calculus for each path, and over a distribution with the
// mean of F(x').
#include <gradpath/attribution/path/along_paths.hpp>

#include <cmath>

#include <gradpath/attribution/path/draws.hpp>

namespace gradpath::attribution {
namespace {

constexpr double stricter = 2;  // the tolerance of a mean over that of each: what draws disagree in cancels in its size

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

Attribution along_paths(const Model& model, const Tensor& x, const AlongPaths& o, const AlongEach& each) {
    const Recorder recorder;
    const QuadraturePlan asked = plan(each.method, o.quadrature, x.dtype());
    require(o.samples >= 1, each.method, ": samples must be at least 1 but is ", o.samples);
    const Index draws_of_baseline = samples_of(o.baseline), samples = draws_of_baseline * o.samples;
    Run inner = o.run;
    if (samples > 1) inner.progress = {};  // the samples are what is counted then
    Evaluator evaluator(each.method, model, x, o.target, o.stage, inner);
    const QuadraturePlan quadrature = samples > 1 || o.winding ? plan_for_many(evaluator, asked, samples) : asked;
    QuadraturePlan of_each = quadrature;
    if (samples > 1 && of_each.tolerance) *of_each.tolerance /= stricter;
    Attribution result;
    Draws draws(o.block * o.samples);  // the paths from one baseline have it in common
    for (Index draw = 0; draw < draws_of_baseline; ++draw) {
        const Tensor start = draw_baseline(each.method, o.baseline, evaluator.input(), {o.seed, draw});
        if (draw == 0) result.baseline = start;
        const std::vector<double> f_start = evaluator.values(start, "baseline");
        note_missing_ends(result, evaluator, f_start);
        for (Index k = draw * o.samples; k < (draw + 1) * o.samples; ++k) {
            const Path path = o.paths ? o.paths(start, evaluator.input(), k) : straight(start, evaluator.input());
            draws.add(each.integral(evaluator, path, of_each, {.start = f_start, .end = evaluator.f_input()}), f_start);
            if (samples > 1 && o.run.progress) o.run.progress("samples", k + 1, samples);
        }
    }
    draws.report(result, evaluator, recorder, o.target, quadrature, each.pairs);
    if (samples > 1 || is_random(o.baseline)) result.samples = samples;
    if (is_random(o.baseline)) result.seed = o.seed;
    result.baseline_kind = describe(o.baseline);
    return result;
}

Attribution along_paths(const Model& model, const Tensor& x, const AlongPaths& options, const std::string& method) {
    return along_paths(model, x, options, AlongEach{.method = method});
}

}  // namespace gradpath::attribution
