// A fixed rule is a list of places on each edge; the sum runs over edges and nodes in order, in double, for each row by
// itself, so chunks do not show in it.
#include <gradpath/attribution/core/integrate.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/adaptive.hpp>
#include <gradpath/attribution/core/doubling.hpp>
#include <gradpath/attribution/core/exact.hpp>
#include <gradpath/attribution/core/measure.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/core/walk.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

constexpr Index first_steps = 8;                                // where doubling begins
constexpr Index fixed_steps = 50;                               // of a rule given without steps and tolerance
constexpr double path_tolerance = 1e-3, mean_tolerance = 1e-2;  // of plan_for_many, where none is asked for
constexpr double coarse_tolerance = 1e-4;                       // what it meets with fewer gradients than pieces
constexpr Index usual_pieces = 20'000;                          // a LeNet has several thousand

/// One rule with `count` nodes on each edge, for some rows.
void run_rule(Evaluator& evaluator, const Path& path, QuadratureRule rule, Index count, const std::vector<Index>& rows,
              Integral& integral) {
    const Nodes& quadrature = nodes(rule, count);
    const auto active = static_cast<Index>(rows.size());
    const auto place = [&](Index k) {  // edge by edge, row by row, node by node
        const auto node = static_cast<std::size_t>(k % count);
        const auto row = static_cast<std::size_t>(k / count % active);
        return Place{rows[row], k / (count * active), quadrature.at[node]};
    };
    Walk ahead(evaluator.method(), path, evaluator.input()), behind = ahead;
    std::vector<std::vector<Place>> made;  // of chunks that are not yet taken
    std::size_t taken = 0;
    const auto make = [&](Index first, Index last) {
        if (taken == made.size()) made.clear(), taken = 0;
        std::vector<Place>& places = made.emplace_back();
        places.reserve(static_cast<std::size_t>(last - first));
        for (Index k = first; k < last; ++k) places.push_back(place(k));
        return ahead.points(places);
    };
    const auto take = [&](const Evaluator::Chunk& chunk) {
        const std::vector<Place>& places = made[taken++];
        std::vector<double> weights;
        for (Index k = chunk.first; k < chunk.last; ++k)
            weights.push_back(quadrature.weight[static_cast<std::size_t>(k % count)]);
        for (const Place& missing : behind.add({places, weights, chunk.gradients}, integral.values))
            note_missing_gradient(integral, path, rule, missing);
    };
    const Index total = path.edges * active * count;
    evaluator.gradients(total, make, take, "path", 0, total);
    for (const Index row : rows) integral.steps[static_cast<std::size_t>(row)] += path.edges * count;
}

}  // namespace

double error_scale(double f_difference, double absolute_sum) {
    return std::max({1e-12, absolute_sum, std::abs(f_difference)});  // in this order, not a number counts as nothing
}

Integral empty_integral(const Evaluator& evaluator, QuadratureRule rule, Index width) {
    const auto rows = static_cast<std::size_t>(evaluator.rows());
    if (width == 0) width = evaluator.features();
    Integral integral;
    integral.values.assign(rows * static_cast<std::size_t>(evaluator.targets() * width), 0);
    integral.steps.assign(rows, 0);
    integral.needed.assign(rows, 0);
    integral.capped.assign(rows, false);
    integral.floored.assign(rows, false);
    integral.rule = rule;
    return integral;
}

void require_first_look(const std::string& method, const QuadraturePlan& plan, Index least) {
    require(!plan.tolerance || plan.max_steps >= least, method, ": max-steps must be at least ", least, ", which ",
            describe(plan.rule), " takes before it can judge its error, but is ", plan.max_steps);
}

QuadraturePlan plan(const std::string& method, const Quadrature& q, DType dtype) {
    require(!q.tolerance || (*q.tolerance > 0 && std::isfinite(*q.tolerance)), method,
            ": tolerance must be above 0 but is ", q.tolerance.value_or(0));
    require(!q.steps || *q.steps >= 1, method, ": steps must be at least 1 but is ", q.steps.value_or(0));
    require(q.max_steps >= 1, method, ": max-steps must be at least 1 but is ", q.max_steps);
    const QuadratureRule rule =
        q.rule.value_or(q.steps ? QuadratureRule::gauss_legendre : QuadratureRule::gauss_kronrod);
    QuadraturePlan made{
        .rule = rule, .tolerance = q.tolerance, .steps = 0, .max_steps = q.max_steps, .most_pieces = q.max_steps};
    if (rule == QuadratureRule::gauss_kronrod || rule == QuadratureRule::exact) {
        require(!q.steps, method, ": ", describe(rule),
                rule == QuadratureRule::exact ? " takes as many steps as there are pieces: " : " is adaptive: ",
                "give it a tolerance (and max-steps), not steps");
        made.choose = !q.rule;
        made.asked_tolerance = q.tolerance.has_value();
        if (!made.tolerance) made.tolerance = dtype == DType::float32 ? 1e-3 : 1e-6;
        if (made.choose && *made.tolerance >= coarse_tolerance)
            made.most_pieces = std::min(made.most_pieces, usual_pieces);
        return made;
    }
    made.steps = q.steps.value_or(q.tolerance ? first_steps : fixed_steps);
    nodes(rule, made.steps);  // throws where the rule cannot have so many
    return made;
}

namespace {

/// The exact rule where it is asked for, or may be chosen. Rows with too many pieces are capped.
std::optional<Integral> try_exactly(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan,
                                    const Ends& ends) {
    const bool asked = plan.rule == QuadratureRule::exact;
    if (!asked && !plan.choose) return std::nullopt;
    const std::optional<LinearPieces> pieces = pieces_for(evaluator, asked);
    if (!pieces) return std::nullopt;
    return integrate_exactly(evaluator, path, plan, ends, *pieces);
}

/// Gauss-Legendre, doubled until it is within the tolerance: for piecewise-linear models with very many pieces.
QuadraturePlan doubled(QuadraturePlan plan) {
    plan.rule = QuadratureRule::gauss_legendre;
    plan.choose = false;
    plan.steps = first_steps;
    return plan;
}

/// The rows that one answer has done, from it; the others as they are.
void take_done(const Integral& done, Integral& answer) {
    const std::size_t rows = answer.steps.size(), width = answer.values.size() / rows,
                      targets = answer.error->size() / rows;
    for (std::size_t row = 0; row < rows; ++row) {
        if (done.capped[row]) continue;
        std::copy_n(done.values.begin() + static_cast<std::ptrdiff_t>(row * width), width,
                    answer.values.begin() + static_cast<std::ptrdiff_t>(row * width));
        std::copy_n(done.error->begin() + static_cast<std::ptrdiff_t>(row * targets), targets,
                    answer.error->begin() + static_cast<std::ptrdiff_t>(row * targets));
        answer.steps[row] = done.steps[row];
        answer.needed[row] = 0;
        answer.capped[row] = false;
        answer.floored[row] = done.floored[row];
        answer.met[row] = done.met[row];
    }
}

}  // namespace

QuadraturePlan plan_for_many(const Evaluator& evaluator, const QuadraturePlan& plan, Index samples) {
    const double usual = samples > 1 ? mean_tolerance : path_tolerance;
    const double tolerance = plan.asked_tolerance ? *plan.tolerance : usual;
    if (!plan.choose || tolerance < coarse_tolerance || !pieces_for(evaluator, false)) return plan;
    QuadraturePlan coarse = doubled(plan);
    coarse.tolerance = tolerance;
    return coarse;
}

Integral integrate(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends) {
    require(path.edges >= 1 && path.corner, evaluator.method(), ": the path needs at least one edge but has ",
            path.edges);
    const std::optional<Integral> exact = try_exactly(evaluator, path, plan, ends);
    if (exact && (!plan.choose || !any(exact->capped))) return *exact;
    if (exact && *plan.tolerance >= coarse_tolerance) {
        Integral coarse = integrate(evaluator, path, doubled(plan), ends);
        take_done(*exact, coarse);
        if (std::ranges::any_of(exact->needed, [](Index pieces) { return pieces > 0; }))
            add_note(coarse.notes, text("a path has more than ", plan.most_pieces, " linear pieces: gauss-legendre is ",
                                        "doubled to the tolerance; rule exact takes them one by one"));
        return coarse;
    }
    if (plan.rule == QuadratureRule::gauss_kronrod) {
        require_first_look(evaluator.method(), plan, path.edges * first_round_steps);
        Integral adaptive = integrate_adaptively(evaluator, path, plan, ends);
        if (exact) take_done(*exact, adaptive);
        return adaptive;
    }
    return by_doubling(evaluator, path.edges, plan, ends, empty_integral(evaluator, plan.rule),
                       [&](Index count, const std::vector<Index>& rows, Integral& integral) {
                           run_rule(evaluator, path, plan.rule, count, rows, integral);
                       });
}

}  // namespace gradpath::attribution
