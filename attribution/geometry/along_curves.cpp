// The edges are the rows of an evaluator of their own, so that whatever integrates a straight line integrates them, and
// curves of different lengths need no filling up.
#include <gradpath/attribution/geometry/along_curves.hpp>

#include <algorithm>
#include <map>

#include <gradpath/attribution/core/measure.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/core/target.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

constexpr double stricter = 4;       // the tolerance of a curve over that of its edges
constexpr double much_stricter = 8;  // where that did not do: sums that cancel
constexpr Index rounds = 3;
constexpr Index shares = 32;      // of max-steps, which an edge may have
constexpr Index first_look = 30;  // gradients of gauss-kronrod on an edge

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// All edges of some curves, and those of each curve.
struct Edges {
    Tensor from, to;           ///< [edges, input shape]
    std::vector<Index> owner;  ///< a row that has the edge
    std::vector<std::vector<std::size_t>> of_row;
};

/// Weights of each row its own.
const Weights* weights_of_rows(const Target& target) {
    const auto* weights = std::get_if<Weights>(&target);
    return weights != nullptr && weights->values.rank() == 2 && weights->values.rows() > 1 ? weights : nullptr;
}

Edges edges_of(const Evaluator& evaluator, const OnCurves& on) {
    const std::vector<Tensor>& curves = on.curves;
    const std::vector<Index> kinds = kinds_of(evaluator, on.target);
    std::map<std::pair<Index, std::vector<double>>, std::size_t> seen;
    std::vector<Tensor> from, to;
    Edges edges;
    for (std::size_t row = 0; row < curves.size(); ++row) {
        const Tensor wide = curves[row].to(DType::float64);
        const std::size_t width = at(evaluator.features());
        std::vector<std::size_t> own;
        for (Index k = 0; k + 1 < wide.rows(); ++k) {
            const std::span<const double> ends = wide.data<double>().subspan(at(k) * width, 2 * width);
            if (std::equal(ends.begin(), ends.begin() + static_cast<std::ptrdiff_t>(width),
                           ends.begin() + static_cast<std::ptrdiff_t>(width)))
                continue;
            const auto [place, fresh] =
                seen.try_emplace({kinds[row], std::vector<double>(ends.begin(), ends.end())}, edges.owner.size());
            own.push_back(place->second);
            if (!fresh) continue;
            edges.owner.push_back(static_cast<Index>(row));
            from.push_back(slice(curves[row], 0, k, k + 1));
            to.push_back(slice(curves[row], 0, k + 1, k + 2));
        }
        edges.of_row.push_back(std::move(own));
    }
    if (!from.empty()) edges.from = concat(from), edges.to = concat(to);
    return edges;
}

QuadraturePlan plan_of_edges(const QuadraturePlan& plan, double tolerance) {
    QuadraturePlan of_edges = plan;
    if (plan.tolerance) of_edges.tolerance = tolerance;
    of_edges.max_steps = std::max(first_look, plan.max_steps / shares);
    return of_edges;
}

/// What the edges of each row add up to.
Integral sum_of(const Edges& edges, const Integral& each, const Evaluator& evaluator, const QuadraturePlan& plan,
                const Ends& ends) {
    Integral whole = empty_integral(evaluator, each.rule);
    whole.notes = each.notes;
    const std::size_t width = at(evaluator.features());
    if (each.error) whole.error = std::vector<double>(edges.of_row.size(), 0);
    for (std::size_t row = 0; row < edges.of_row.size(); ++row) {
        for (const std::size_t e : edges.of_row[row]) {
            for (std::size_t i = 0; i < width; ++i) whole.values[row * width + i] += each.values[e * width + i];
            if (each.error) (*whole.error)[row] += (*each.error)[e];
            whole.steps[row] += each.steps[e];
            if (each.capped[e]) whole.needed[row] = std::max(whole.needed[row], shares * each.needed[e]);
            whole.capped[row] = whole.capped[row] || each.capped[e];
            whole.floored[row] = whole.floored[row] || each.floored[e];
        }
        if (!plan.tolerance) continue;
        const Figures now = figures(std::span(whole.values).subspan(row * width, width), (*whole.error)[row],
                                    ends.start[row], ends.end[row], epsilon_of(evaluator.input().dtype()));
        whole.met.push_back(now.within(*plan.tolerance));
    }
    return whole;
}

/// Rows that a stricter tolerance of their edges may bring to theirs.
std::vector<bool> open_rows(const Integral& whole) {
    std::vector<bool> open;
    for (std::size_t row = 0; row < whole.met.size(); ++row)
        open.push_back(!whole.met[row] && !whole.capped[row] && !whole.floored[row]);
    return open;
}

/// These rows from another answer; the others as they are, so that a row does not depend on its company.
void take_rows(const Integral& other, const std::vector<bool>& rows, Integral& whole) {
    const std::size_t width = whole.values.size() / rows.size();
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (!rows[row]) continue;
        std::copy_n(other.values.begin() + static_cast<std::ptrdiff_t>(row * width), width,
                    whole.values.begin() + static_cast<std::ptrdiff_t>(row * width));
        (*whole.error)[row] = (*other.error)[row];
        whole.steps[row] = other.steps[row];
        whole.needed[row] = other.needed[row];
        whole.capped[row] = other.capped[row];
        whole.floored[row] = other.floored[row];
        whole.met[row] = other.met[row];
    }
}

/// No edges at all: inputs that are their baselines.
Integral of_nothing(const Evaluator& evaluator, const QuadraturePlan& plan) {
    Integral nothing = empty_integral(evaluator, plan.rule);
    nothing.error = std::vector<double>(at(evaluator.rows()), 0);
    if (plan.tolerance) nothing.met.assign(at(evaluator.rows()), true);
    return nothing;
}

}  // namespace

std::vector<Index> kinds_of(const Evaluator& evaluator, const Target& target) {
    const std::vector<Index>& indices = evaluator.objective().indices();
    std::vector<Index> kinds;
    for (Index row = 0; row < evaluator.rows(); ++row) {
        if (!indices.empty()) kinds.push_back(indices[indices.size() > 1 ? at(row) : 0]);
        else kinds.push_back(weights_of_rows(target) != nullptr ? row : 0);
    }
    return kinds;
}

Integral along_curves(Evaluator& evaluator, const OnCurves& on, const QuadraturePlan& plan, const Ends& ends) {
    const Edges edges = edges_of(evaluator, on);
    if (edges.owner.empty()) return of_nothing(evaluator, plan);
    Run run = on.run;
    run.facts = evaluator.facts();
    run.progress = [&](std::string_view stage, Index done, Index total) { evaluator.tell(stage, done, total); };
    Evaluator on_edges(evaluator.method(), evaluator.objective().model(), edges.to,
                       target_of_rows(evaluator.fixed_target(), edges.owner), evaluator.objective().stage(), run);
    const std::vector<double> starts = on_edges.values(edges.from, "corners");
    const Path lines = straight(edges.from, edges.to);
    double tolerance = plan.tolerance.value_or(0) / stricter;
    Integral whole;
    for (Index round = 0; round == 0 || (round < rounds && any(open_rows(whole))); ++round) {
        const Integral each =
            integrate(on_edges, lines, plan_of_edges(plan, tolerance), {.start = starts, .end = on_edges.f_input()});
        Integral sum = sum_of(edges, each, evaluator, plan, ends);
        if (round == 0) whole = std::move(sum);
        else take_rows(sum, open_rows(whole), whole);
        tolerance /= much_stricter;
    }
    evaluator.begin_chunk(on_edges.evaluations().forward);
    evaluator.count_backward(on_edges.evaluations().backward);
    return whole;
}

}  // namespace gradpath::attribution::geometry
