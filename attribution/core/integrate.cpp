// A fixed rule is a list of places on each edge; the sum runs over edges and nodes in order, in double, for each row by
// itself, so chunks do not show in it. With a tolerance the number of nodes doubles until the difference to the rule
// before, summed over features, and the completeness gap are both small: a gap alone proves nothing (one midpoint of
// x₁³ - x₂³ at (1, 1) has none and answers (0.75, -0.75)).
#include <gradpath/attribution/core/integrate.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradpath/attribution/core/adaptive.hpp>
#include <gradpath/attribution/core/exact.hpp>
#include <gradpath/attribution/core/measure.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/core/walk.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

constexpr Index first_steps = 8;   // where doubling begins
constexpr Index fixed_steps = 50;  // of a rule given without steps and tolerance

/// One rule with `count` nodes on each edge, for some rows: adds into integral.values, which must be 0 there.
void run_rule(Evaluator& evaluator, const Path& path, QuadratureRule rule, Index count, const std::vector<Index>& rows,
              Integral& integral) {
    const Nodes& quadrature = nodes(rule, count);
    const auto active = static_cast<Index>(rows.size());
    const auto width = static_cast<std::size_t>(evaluator.targets() * evaluator.features());
    const auto place = [&](Index k) {  // edge by edge, row by row, node by node
        const auto node = static_cast<std::size_t>(k % count);
        const auto row = static_cast<std::size_t>(k / count % active);
        return Place{rows[row], k / (count * active), quadrature.at[node]};
    };
    Walk ahead(evaluator.method(), path, evaluator.input()), behind = ahead;
    const auto make = [&](Index first, Index last) {
        std::vector<Place> places;
        for (Index k = first; k < last; ++k) places.push_back(place(k));
        return ahead.points(places);
    };
    const auto take = [&](Index k, std::span<const double>, std::span<const double> slopes) {
        const Place here = place(k);
        const std::span<double> sums(integral.values.data() + static_cast<std::size_t>(here.row) * width, width);
        behind.add(here, quadrature.weight[static_cast<std::size_t>(k % count)], slopes, sums);
        note_missing_gradient(integral, path, rule, here, slopes);
    };
    const Index total = path.edges * active * count;
    evaluator.gradients(total, make, take, "path", 0, total);
    for (const Index row : rows) integral.steps[static_cast<std::size_t>(row)] += path.edges * count;
}

Integral empty_integral(const Evaluator& evaluator, QuadratureRule rule) {
    const auto rows = static_cast<std::size_t>(evaluator.rows());
    Integral integral;
    integral.values.assign(rows * static_cast<std::size_t>(evaluator.targets() * evaluator.features()), 0);
    integral.steps.assign(rows, 0);
    integral.capped.assign(rows, false);
    integral.floored.assign(rows, false);
    integral.rule = rule;
    return integral;
}

/// Compares a row with the rule before; true if it needs more nodes.
bool judge(const Evaluator& evaluator, const Numbers& before, double tolerance, const Ends& ends, Index row,
           Integral& integral) {
    const auto targets = static_cast<std::size_t>(evaluator.targets());
    const auto features = static_cast<std::size_t>(evaluator.features());
    const double epsilon = epsilon_of(evaluator.input().dtype());
    bool met = true, floored = true, finite = true;
    for (std::size_t t = 0; t < targets; ++t) {
        const std::size_t lane = static_cast<std::size_t>(row) * targets + t, first = lane * features;
        double error = 0;
        for (std::size_t i = first; i < first + features; ++i) error += std::abs(integral.values[i] - before[i]);
        (*integral.error)[lane] = error;
        const Figures now = figures(std::span(integral.values).subspan(first, features), error, ends.start[lane],
                                    ends.end[lane], epsilon);
        met = met && now.within(tolerance);
        finite = finite && std::isfinite(ends.end[lane] - ends.start[lane]);
        floored = floored && now.at_floor(tolerance, epsilon);
    }
    integral.met[static_cast<std::size_t>(row)] = met;
    integral.floored[static_cast<std::size_t>(row)] = !met && floored;
    return !met && !floored && finite;  // no steps mend an F that is not a number
}

Integral integrate_by_doubling(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends) {
    Integral integral = empty_integral(evaluator, plan.rule);
    integral.error = std::vector<double>(ends.start.size(), std::numeric_limits<double>::infinity());
    integral.met.assign(integral.steps.size(), false);
    std::vector<Index> open(integral.steps.size());
    for (std::size_t row = 0; row < open.size(); ++row) open[row] = static_cast<Index>(row);
    const std::size_t width = integral.values.size() / open.size();
    run_rule(evaluator, path, plan.rule, plan.steps, open, integral);
    Index spent = plan.steps * path.edges;
    for (Index count = 2 * plan.steps; !open.empty(); count *= 2) {
        spent += count * path.edges;
        if (spent > plan.max_steps) {
            for (const Index row : open) integral.capped[static_cast<std::size_t>(row)] = true;
            return integral;
        }
        const Numbers before = integral.values;
        for (const Index row : open)
            std::fill_n(integral.values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row) * width),
                        width, 0.0);
        run_rule(evaluator, path, plan.rule, count, open, integral);
        std::erase_if(open, [&](Index row) { return !judge(evaluator, before, *plan.tolerance, ends, row, integral); });
    }
    return integral;
}

}  // namespace

double error_scale(double f_difference, double absolute_sum) {
    return std::max({1e-12, absolute_sum, std::abs(f_difference)});  // in this order, not a number counts as nothing
}

QuadraturePlan plan(const std::string& method, const Quadrature& q, DType dtype) {
    require(!q.tolerance || (*q.tolerance > 0 && std::isfinite(*q.tolerance)), method,
            ": tolerance must be above 0 but is ", q.tolerance.value_or(0));
    require(!q.steps || *q.steps >= 1, method, ": steps must be at least 1 but is ", q.steps.value_or(0));
    require(q.max_steps >= 1, method, ": max-steps must be at least 1 but is ", q.max_steps);
    const QuadratureRule rule =
        q.rule.value_or(q.steps ? QuadratureRule::gauss_legendre : QuadratureRule::gauss_kronrod);
    QuadraturePlan made{.rule = rule, .tolerance = q.tolerance, .steps = 0, .max_steps = q.max_steps};
    if (rule == QuadratureRule::gauss_kronrod || rule == QuadratureRule::exact) {
        require(!q.steps, method, ": ", describe(rule),
                rule == QuadratureRule::exact ? " takes as many steps as there are pieces: "
                                              : " is adaptive: ",
                "give it a tolerance (and max-steps), not steps");
        made.choose = !q.rule;
        if (!made.tolerance) made.tolerance = dtype == DType::float32 ? 1e-3 : 1e-6;
        return made;
    }
    made.steps = q.steps.value_or(q.tolerance ? first_steps : fixed_steps);
    nodes(rule, made.steps);  // throws where the rule cannot have so many
    return made;
}

namespace {

/// The exact rule where it is asked for, or may be chosen and can be done within max_steps.
std::optional<Integral> try_exactly(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan,
                                    const Ends& ends) {
    const bool asked = plan.rule == QuadratureRule::exact;
    if (!asked && !plan.choose) return std::nullopt;
    const LinearPieces pieces([&](const Tensor& x) { return evaluator.objective().run(x); },
                              slice(evaluator.input(), 0, 0, 1));
    const std::string obstacle =
        evaluator.facts()->independent ? pieces.obstacle() : "a mixture of rows that should not depend on each other";
    require(!asked || obstacle.empty(), evaluator.method(),
            ": exact needs a model made of affine maps, relu, abs and maxima: it has ", obstacle,
            "; use gauss-kronrod");
    if (!obstacle.empty()) return std::nullopt;
    Integral integral = integrate_exactly(evaluator, path, plan, ends, pieces);
    const bool capped = std::find(integral.capped.begin(), integral.capped.end(), true) != integral.capped.end();
    if (capped && !asked) return std::nullopt;
    return integral;
}

}  // namespace

Integral integrate(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends) {
    require(path.edges >= 1 && path.corner, evaluator.method(), ": the path needs at least one edge but has ",
            path.edges);
    if (std::optional<Integral> exact = try_exactly(evaluator, path, plan, ends)) return std::move(*exact);
    const Index least = path.edges * (plan.rule == QuadratureRule::gauss_kronrod ? first_round_steps : plan.steps);
    require(!plan.tolerance || plan.max_steps >= least, evaluator.method(), ": max-steps must be at least ", least,
            ", which ", describe(plan.rule), " takes before it can judge its error, but is ", plan.max_steps);
    if (plan.rule == QuadratureRule::gauss_kronrod) return integrate_adaptively(evaluator, path, plan, ends);
    if (plan.tolerance) return integrate_by_doubling(evaluator, path, plan, ends);
    Integral integral = empty_integral(evaluator, plan.rule);
    std::vector<Index> all(integral.steps.size());
    for (std::size_t row = 0; row < all.size(); ++row) all[row] = static_cast<Index>(row);
    run_rule(evaluator, path, plan.rule, plan.steps, all, integral);
    return integral;
}

}  // namespace gradpath::attribution
