// Edge after edge, each integrated as soon as its end is known, so memory does not grow with the steps. A walk away
// from the input is integrated backwards: the same sums with the other sign. Edges may cancel, so each is held to a
// stricter tolerance than their sum.
#include <gradpath/attribution/path/along_walks.hpp>

#include <algorithm>

#include <gradpath/attribution/core/adaptive.hpp>
#include <gradpath/attribution/path/draws.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

constexpr double stricter = 4;  // the tolerance of the whole over that of an edge

/// What a walk came to, and F at its end that is not the input.
struct Walked {
    Integral integral;
    std::vector<double> f_far;
};

/// The rule of the edges: without a tolerance one node each, else what the whole walk may cost shared by its edges.
QuadraturePlan edge_plan(const std::string& method, const AlongWalks& o, bool away, DType dtype) {
    const EdgeQuadrature& q = o.quadrature;
    if (q.tolerance) {
        const QuadraturePlan whole =
            plan(method, {.tolerance = q.tolerance, .rule = q.rule, .max_steps = q.max_steps}, dtype);
        const Index least = whole.rule == QuadratureRule::gauss_kronrod ? first_round_steps : whole.steps;
        require(q.max_steps >= least * o.steps, method, ": max-steps must be at least ", least * o.steps, ", ", least,
                " for each of ", o.steps, " steps of the walk, but is ", q.max_steps);
        QuadraturePlan edge = whole;
        edge.tolerance = *q.tolerance / stricter;
        edge.max_steps = q.max_steps / o.steps;
        return edge;
    }
    const QuadratureRule rule = q.rule.value_or(away ? QuadratureRule::right : QuadratureRule::left);
    const bool chooses = rule == QuadratureRule::exact || rule == QuadratureRule::gauss_kronrod;
    if (chooses) return plan(method, {.rule = rule, .max_steps = q.max_steps}, dtype);
    const bool both_ends =
        rule == QuadratureRule::trapezoid || rule == QuadratureRule::captum_trapezoid || rule == QuadratureRule::pair;
    return plan(method, {.steps = both_ends ? 2 : 1, .rule = rule}, dtype);
}

void add(const Integral& edge, Integral& whole) {
    for (std::size_t i = 0; i < whole.values.size(); ++i) whole.values[i] += edge.values[i];
    for (std::size_t row = 0; row < whole.steps.size(); ++row) {
        whole.steps[row] += edge.steps[row];
        whole.needed[row] += edge.capped[row] ? edge.needed[row] : edge.steps[row];
        whole.capped[row] = whole.capped[row] || edge.capped[row];
        whole.floored[row] = whole.floored[row] || edge.floored[row];
        if (edge.error) (*whole.error)[row] += (*edge.error)[row];
    }
    whole.rule = edge.rule;
    for (const std::string& note : edge.notes) add_note(whole.notes, note);
}

Walked walk(Evaluator& evaluator, const Walker& walker, const AlongWalks& o, const QuadraturePlan& plan, Index sample) {
    Walked walked{empty_integral(evaluator, plan.rule), {}};
    walked.integral.error = std::vector<double>(walked.integral.steps.size());
    Tensor at = walker.start;
    std::vector<double> f_at = evaluator.values(at, "path");
    if (!walker.away) walked.f_far = f_at;
    for (Index step = 0; step < o.steps; ++step) {
        const Tensor next = walker.next(at, step);
        const bool judged = plan.tolerance.has_value(), last = step + 1 == o.steps;
        const std::vector<double> f_next = judged || last ? evaluator.values(next, "path") : f_at;
        const Path edge = walker.away ? straight(next, at) : straight(at, next);
        const Ends ends{.start = walker.away ? f_next : f_at, .end = walker.away ? f_at : f_next};
        add(integrate(evaluator, edge, plan, ends), walked.integral);
        at = next;
        f_at = f_next;
        if (o.run.progress) o.run.progress("path", sample * o.steps + step + 1, o.samples * o.steps);
    }
    if (walker.away) walked.f_far = f_at;
    return walked;
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

Tensor by_chunks(Evaluator& evaluator, const Tensor& z, const MoveRows& move) {
    const NoRecording off;
    std::vector<Tensor> parts;
    for (Index first = 0; first < z.rows(); first += evaluator.chunk()) {
        const Index last = std::min(z.rows(), first + evaluator.chunk());
        evaluator.begin_chunk(last - first);
        evaluator.count_backward(last - first);
        parts.push_back(detached(move(slice(z, 0, first, last), first)));
    }
    return concat(parts);
}

Tensor per_row(const Tensor& numbers, const Tensor& like) {
    Shape column = like.shape();
    for (Index axis = 1; axis < like.rank(); ++axis) column = column.with(axis, 1);
    return reshape(numbers, column);
}

Attribution along_walks(const std::string& method, const Model& model, const Tensor& x, const AlongWalks& o,
                        const MakeWalker& make) {
    const Recorder recorder;
    require(o.steps >= 1, method, ": steps must be at least 1 but is ", o.steps);
    require(o.samples >= 1, method, ": samples must be at least 1 but is ", o.samples);
    require(!std::holds_alternative<AllTargets>(o.target), method,
            ": each target has a path of its own; ask for one target at a time");
    QuadraturePlan whole = edge_plan(method, o, false, x.dtype());
    Run inner = o.run;
    inner.progress = {};  // the steps of the walks are what is counted
    Evaluator evaluator(method, model, x, o.target, o.stage, inner);
    Attribution result;
    Draws draws;
    for (Index sample = 0; sample < o.samples; ++sample) {
        const Walker walker = make(evaluator, sample);
        const Walked walked = walk(evaluator, walker, o, edge_plan(method, o, walker.away, x.dtype()), sample);
        draws.add(walked.integral, walked.f_far);
    }
    whole.max_steps = o.quadrature.max_steps;
    if (o.quadrature.tolerance) whole.tolerance = o.quadrature.tolerance;
    draws.report(result, evaluator, recorder, o.target, whole);
    if (o.samples > 1) result.samples = o.samples;
    return result;
}

}  // namespace gradpath::attribution
