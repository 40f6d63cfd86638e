// Edge after edge, each integrated as soon as its end is known, so memory does not grow with the steps. A walk away
// from the input is integrated backwards: the same sums with the other sign. With a tolerance a fixed rule is walked
// again with twice the nodes on each edge, until the sums stay: a walk that seeks its way crosses tens of thousands of
// kinks, whose errors cancel. The rules that judge every edge by itself hold it to a stricter tolerance than the whole.
#include <gradpath/attribution/path/along_walks.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/adaptive.hpp>
#include <gradpath/attribution/core/doubling.hpp>
#include <gradpath/attribution/path/draws.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

constexpr Index first_nodes = 2;  // on each edge, where doubling begins
constexpr double stricter = 4;    // the tolerance of the whole over that of an edge
constexpr double coarse = 0.05;   // a gap worth a note

/// What a walk came to, and F at its end that is not the input.
struct Walked {
    Integral integral;
    std::vector<double> f_far;
};

bool judges_edges(QuadratureRule rule) {
    return rule == QuadratureRule::gauss_kronrod || rule == QuadratureRule::exact;
}

/// The rule that goes with the options: as published, or to a tolerance.
QuadraturePlan plan_of(const std::string& method, const EdgeQuadrature& q, bool away, DType dtype) {
    const QuadratureRule published = away ? QuadratureRule::right : QuadratureRule::left;
    const QuadratureRule rule = q.rule.value_or(q.tolerance ? QuadratureRule::gauss_legendre : published);
    if (judges_edges(rule))
        return plan(method, {.tolerance = q.tolerance, .rule = rule, .max_steps = q.max_steps}, dtype);
    const Index nodes = q.tolerance ? first_nodes : least_nodes(rule);
    return plan(method, {.tolerance = q.tolerance, .steps = nodes, .rule = rule, .max_steps = q.max_steps}, dtype);
}

/// What an edge is held to by the rules that judge it.
QuadraturePlan edge_plan(const std::string& method, const AlongWalks& o, const QuadraturePlan& whole) {
    require(whole.rule == QuadratureRule::exact || whole.max_steps >= first_round_steps * o.steps, method,
            ": max-steps must be at least ", first_round_steps * o.steps, ", ", first_round_steps, " for each of ",
            o.steps, " steps of the walk, but is ", whole.max_steps);
    QuadraturePlan edge = whole;
    edge.tolerance = *whole.tolerance / stricter;
    edge.max_steps = whole.max_steps / o.steps;
    return edge;
}

void add_edge(const Integral& edge, Integral& whole) {
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

/// One gradient stands for a whole step of the walk: says so where that shows.
void note_coarse_steps(Attribution& result) {
    const double worst = std::ranges::max(*result.relative_delta);
    if (worst > coarse)
        add_note(result.notes, text("one gradient for each step of the walk, as published, misses F(x) - F(its other "
                                    "end) by up to ",
                                    std::round(100 * worst), " %; a tolerance integrates the steps"));
}

class Walks {
public:
    Walks(Evaluator& evaluator, const AlongWalks& o, const MakeWalker& make)
        : evaluator_(evaluator), o_(o), make_(make) {}

    Walked run(const QuadraturePlan& whole, Index sample) {
        if (judges_edges(whole.rule)) return walk(edge_plan(evaluator_.method(), o_, whole), sample);
        if (!whole.tolerance) return walk(whole, sample);
        std::vector<double> f_far(evaluator_.f_input().size());
        const auto again = [&](Index count, const std::vector<Index>& rows, Integral& integral) {
            QuadraturePlan fixed = whole;
            fixed.tolerance.reset();
            fixed.steps = count;
            const Walked walked = walk(fixed, sample);
            f_far = walked.f_far;
            add(walked.integral, rows, integral);
        };
        const Ends ends{.start = f_far, .end = evaluator_.f_input()};
        Integral best = by_doubling(evaluator_, o_.steps, whole, ends, empty_integral(evaluator_, whole.rule), again);
        best.met.clear();  // a walk that goes in circles sums to nothing; what counts is the mean
        return {std::move(best), f_far};
    }

private:
    static void add(const Integral& part, const std::vector<Index>& rows, Integral& whole) {
        const std::size_t width = whole.values.size() / whole.steps.size();
        for (const Index index : rows) {
            const auto row = static_cast<std::size_t>(index);
            for (std::size_t i = row * width; i < (row + 1) * width; ++i) whole.values[i] += part.values[i];
            whole.steps[row] += part.steps[row];
        }
    }

    Walked walk(const QuadraturePlan& plan, Index sample) {
        const Walker walker = make_(evaluator_, sample);
        Walked walked{empty_integral(evaluator_, plan.rule), {}};
        walked.integral.error = std::vector<double>(walked.integral.steps.size());
        Tensor at = walker.start;
        std::vector<double> f_at = evaluator_.values(at, "path");
        if (!o_.away) walked.f_far = f_at;
        for (Index step = 0; step < o_.steps; ++step) {
            const Tensor next = walker.next(at, step);
            const bool judged = plan.tolerance.has_value(), last = step + 1 == o_.steps;
            const std::vector<double> f_next = judged || last ? evaluator_.values(next, "path") : f_at;
            const Path edge = o_.away ? straight(next, at) : straight(at, next);
            const Ends ends{.start = o_.away ? f_next : f_at, .end = o_.away ? f_at : f_next};
            add_edge(integrate(evaluator_, edge, plan, ends), walked.integral);
            at = next;
            f_at = f_next;
            if (o_.run.progress) o_.run.progress("path", ++done_, o_.quadrature.tolerance ? 0 : o_.samples * o_.steps);
        }
        if (o_.away) walked.f_far = f_at;
        return walked;
    }

    Evaluator& evaluator_;
    const AlongWalks& o_;
    const MakeWalker& make_;
    Index done_ = 0;  ///< steps, for progress
};

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
    const QuadraturePlan whole = plan_of(method, o.quadrature, o.away, x.dtype());
    Run inner = o.run;
    inner.progress = {};  // the steps of the walks are what is counted
    Evaluator evaluator(method, model, x, o.target, o.stage, inner);
    Walks walks(evaluator, o, make);
    Attribution result;
    Draws draws;
    for (Index sample = 0; sample < o.samples; ++sample) {
        const Walked walked = walks.run(whole, sample);
        draws.add(walked.integral, walked.f_far);
    }
    draws.report(result, evaluator, recorder, o.target, whole);
    if (!whole.tolerance) note_coarse_steps(result);
    if (o.samples > 1) result.samples = o.samples;
    return result;
}

}  // namespace gradpath::attribution
