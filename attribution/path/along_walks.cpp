// Edge after edge, each integrated as soon as its end is known, so memory does not grow with the steps. A walk away
// from the input is integrated backwards: the same sums with the other sign.
#include <gradpath/attribution/path/along_walks.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/average.hpp>
#include <gradpath/attribution/core/measure.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

/// What a walk came to, [rows · features] and per row.
struct Walked {
    Numbers values;
    std::vector<double> error, f_end;
    std::vector<Index> steps;
    QuadratureRule rule = {};
};

Quadrature edge_rule(const EdgeQuadrature& q, bool away) {
    if (q.tolerance) return {.tolerance = q.tolerance, .rule = q.rule, .max_steps = q.max_steps};
    const QuadratureRule rule = q.rule.value_or(away ? QuadratureRule::right : QuadratureRule::left);
    const bool chooses = rule == QuadratureRule::exact || rule == QuadratureRule::gauss_kronrod;
    if (chooses) return {.rule = rule, .max_steps = q.max_steps};
    return {.steps = rule == QuadratureRule::trapezoid ? 2 : 1, .rule = rule};
}

Walked walk(Evaluator& evaluator, const Walker& walker, const AlongWalks& o, const QuadraturePlan& plan) {
    const auto rows = static_cast<std::size_t>(evaluator.rows());
    Walked walked{Numbers(static_cast<std::size_t>(evaluator.input().size())), std::vector<double>(rows), {},
                  std::vector<Index>(rows), plan.rule};
    Tensor at = walker.start;
    std::vector<double> f_at = evaluator.values(at, "path");
    for (Index step = 0; step < o.steps; ++step) {
        const Tensor next = walker.next(at, step);
        const std::vector<double> f_next = plan.tolerance ? evaluator.values(next, "path") : f_at;
        const Path edge = walker.away ? straight(next, at) : straight(at, next);
        const Ends ends{.start = walker.away ? f_next : f_at, .end = walker.away ? f_at : f_next};
        const Integral part = integrate(evaluator, edge, plan, ends);
        for (std::size_t i = 0; i < walked.values.size(); ++i) walked.values[i] += part.values[i];
        for (std::size_t row = 0; row < rows; ++row) {
            walked.steps[row] += part.steps[row];
            if (part.error) walked.error[row] += (*part.error)[row];
        }
        walked.rule = part.rule;
        at = next;
        f_at = f_next;
    }
    walked.f_end = evaluator.values(at, "path");
    return walked;
}

/// Judges the answer by the tolerance.
void report_tolerance(Attribution& result, const Numbers& values, const std::vector<double>& error, double tolerance) {
    const std::size_t features = values.size() / error.size();
    result.tolerance = tolerance;
    result.tolerance_met = std::vector<bool>();
    result.quadrature_error = std::vector<double>();
    for (std::size_t row = 0; row < error.size(); ++row) {
        const Figures now = figures(std::span(values).subspan(row * features, features), error[row],
                                    (*result.f_baseline)[row], result.f_input[row], 0);
        result.quadrature_error->push_back(now.error);
        result.tolerance_met->push_back(now.error <= tolerance && (*result.relative_delta)[row] <= tolerance);
    }
}

}  // namespace

Tensor gradient_at(Evaluator& evaluator, const Tensor& z) {
    Numbers slopes(static_cast<std::size_t>(z.size()));
    const Index width = evaluator.features();
    const auto make = [&](Index first, Index last) {
        Points points{slice(z, 0, first, last), {}};
        for (Index row = first; row < last; ++row) points.rows.push_back(row);
        return points;
    };
    const auto take = [&](Index row, std::span<const double>, std::span<const double> slope) {
        std::copy(slope.begin(), slope.end(), slopes.begin() + row * width);
    };
    evaluator.gradients(evaluator.rows(), make, take, "path", 0, 0);
    return Tensor(z.shape(), std::span<const double>(slopes)).to(z.dtype());
}

Attribution along_walks(const std::string& method, const Model& model, const Tensor& x, const AlongWalks& o,
                        const MakeWalker& make) {
    const Recorder recorder;
    const QuadraturePlan judged = plan(method, edge_rule(o.quadrature, false), x.dtype());
    require(o.steps >= 1, method, ": steps must be at least 1 but is ", o.steps);
    require(o.samples >= 1, method, ": samples must be at least 1 but is ", o.samples);
    require(!std::holds_alternative<AllTargets>(o.target), method,
            ": each target has a path of its own; ask for one target at a time");
    Run inner = o.run;
    inner.progress = {};  // steps and samples are what is counted
    Evaluator evaluator(method, model, x, o.target, o.stage, inner);
    Attribution result;
    Average average;
    std::vector<double> f_baseline(static_cast<std::size_t>(evaluator.rows())), error(f_baseline.size());
    std::vector<Index> steps(f_baseline.size());
    for (Index sample = 0; sample < o.samples; ++sample) {
        const Walker walker = make(evaluator, sample);
        const std::vector<double> f_start = evaluator.values(walker.start, "baseline");
        const Walked walked =
            walk(evaluator, walker, o, plan(method, edge_rule(o.quadrature, walker.away), x.dtype()));
        average.add(walked.values);
        for (std::size_t row = 0; row < error.size(); ++row) {
            f_baseline[row] += (walker.away ? walked.f_end : f_start)[row] / static_cast<double>(o.samples);
            error[row] += walked.error[row] / static_cast<double>(o.samples);
            steps[row] += walked.steps[row];
        }
        result.rule = describe(walked.rule);
        if (o.run.progress) o.run.progress("samples", sample + 1, o.samples);
    }
    result.values = values_like(evaluator, average.mean());
    recorder.finish(result, evaluator, o.target);
    report_completeness(result, average.mean(), f_baseline);
    result.steps = steps;
    if (judged.tolerance) report_tolerance(result, average.mean(), error, *judged.tolerance);
    if (o.samples > 1) {
        result.samples = o.samples;
        result.standard_error = values_like(evaluator, average.standard_error());
    }
    return result;
}

}  // namespace gradpath::attribution
