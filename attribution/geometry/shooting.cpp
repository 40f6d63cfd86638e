// The geodesic equation is solved in double whatever the dtype; only G and its derivatives are the dtype's.
#include <gradpath/attribution/geometry/shooting.hpp>

#include <cmath>

#include <gradpath/attribution/geometry/chain.hpp>
#include <gradpath/attribution/geometry/remedies.hpp>
#include <gradpath/attribution/geometry/runge_kutta.hpp>
#include <gradpath/attribution/path/along_walks.hpp>
#include <gradpath/autodiff/linalg.hpp>
#include <gradpath/autodiff/minimize/flat.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

constexpr Index most_features = 64;
constexpr Index most_newton_steps = 20;
constexpr double miss_of_newton = 100;  // times the tolerance of a step
constexpr double most_drift = 0.02;     // of that length from the speed, which the exact curve keeps

double tolerance_of(const Shoot& o, DType dtype) {
    const double tolerance = o.tolerance.value_or(dtype == DType::float32 ? 1e-5 : 1e-10);
    require(tolerance > 0, "shooting: tolerance must be positive but is ", tolerance);
    return tolerance;
}

void require_rows(const Tensor& x, const Tensor& v) {
    require<ShapeError>(x && v && x.rank() >= 2 && x.shape() == v.shape(),
                        "shooting: points and velocities must have one shape, rows first, but have ",
                        x ? to_text(x.shape()) : "none", " and ", v ? to_text(v.shape()) : "none");
}

/// Positions and velocities of all rows as the state of the equation.
RungeKutta solver(const Metric& metric, const Tensor& x, const Tensor& v, const Shoot& o) {
    require_rows(x, v);
    const auto slope = [metric, x](double, const RungeKutta::State& state) {
        const std::vector<Tensor> now = minimize::unpack(state, {x, x});
        return minimize::pack({now[1], acceleration(metric, now[0], now[1])});
    };
    return {slope, minimize::pack({x, v}), tolerance_of(o, x.dtype()), o.max_steps};
}

Tensor position(const RungeKutta::State& state, const Tensor& like) { return minimize::unpack(state, {like, like})[0]; }

/// The velocity at the start of a relaxed curve.
Tensor first_velocity(const Metric& metric, const Tensor& from, const Tensor& to) {
    const Geodesic near = relax(metric, from, to, {.tolerance = from.dtype() == DType::float32 ? 1e-3 : 1e-6});
    const double start[] = {0};
    return Spline(near.corners).velocity(start);
}

/// exp(v) and its derivative by each number of v, from one batch of neighbours.
struct Aim {
    Tensor end, slope;  ///< [features], [features of the end, features of v]
};
Aim aim(const Metric& metric, const Tensor& from, const Tensor& v, const Shoot& o) {
    const Index features = v.size();
    const double step = std::sqrt(tolerance_of(o, v.dtype())) * std::max(norm(v).item(), 1e-3);
    const Tensor steps = concat({zeros({1, features}, v.dtype()), identity_matrix(features, v.dtype()) * step});
    const Shape many = from.shape().with(0, features + 1);
    const Tensor ends = flatten(exponential(metric, broadcast_to(from, many), v + reshape(steps, many), o));
    const Tensor first = slice(ends, 0, 0, 1);
    return {reshape(first, {features}), transpose((slice(ends, 0, 1, features + 1) - first) / step)};
}

}  // namespace

Tensor acceleration(const Metric& metric, const Tensor& x, const Tensor& v) {
    require_rows(x, v);
    const auto squares = [&](const std::vector<Tensor>& at) { return sum(metric.squared(at[0], v)); };
    const Tensor force = value_and_grad(squares, {x}).slopes[0] * 0.5;
    const auto momentum = [&](const Tensor& at) { return metric.times(at, v); };
    const Tensor pull = force - jvp(momentum, x, v).tangent;
    if (metric.is_conformal()) {
        const Tensor factor = metric.factor(x);
        require<NumericError>(min(factor).item() > 0, "shooting: the metric ", metric.name, " vanishes on the way");
        return pull / per_row(factor, pull);
    }
    const Index features = x.size() / x.rows();
    require(features <= most_features, "shooting: takes up to ", most_features, " features but got ", features,
            "; use a conformal metric, or relax");
    return reshape(solve(metric.matrix(x), reshape(pull, {x.rows(), features, 1})), x.shape());
}

Tensor shoot(const Metric& metric, const Tensor& x, const Tensor& v, const Shoot& o) {
    require(o.points >= 2, "shooting: points must be at least 2 but is ", o.points);
    require<ShapeError>(x && x.rank() >= 2 && x.rows() == 1, "shooting: a curve leaves one point but got ",
                        x ? to_text(x.shape()) : "none");
    RungeKutta equation = solver(metric, x, v, o);
    std::vector<Tensor> corners{x};
    for (Index k = 1; k < o.points; ++k)
        corners.push_back(position(equation.advance(static_cast<double>(k) / static_cast<double>(o.points - 1)), x));
    return concat(corners);
}

Tensor exponential(const Metric& metric, const Tensor& x, const Tensor& v, const Shoot& o) {
    return position(solver(metric, x, v, o).advance(1), x);
}

Logarithm logarithm(const Metric& metric, const Tensor& from, const Tensor& to, const Shoot& o) {
    require(from.size() <= most_features, "shooting: takes up to ", most_features,
            " features between two points but got ", from.size(), "; use relax");
    Logarithm result{.velocity = first_velocity(metric, from, to)};
    const double enough = miss_of_newton * tolerance_of(o, from.dtype());
    const Tensor goal = reshape(to, {to.size()});
    while (true) {
        const Aim seen = aim(metric, from, result.velocity, o);
        const Tensor miss = seen.end - goal;
        result.miss = max(abs(miss)).item();
        result.converged = result.miss <= enough;
        if (result.converged || result.iterations == most_newton_steps) return result;
        result.velocity = result.velocity - reshape(solve(seen.slope, miss), from.shape());
        ++result.iterations;
    }
}

Geodesic shoot_between(const Metric& metric, const Tensor& from, const Tensor& to, const Shoot& o) {
    Geodesic g;
    const Tensor straight = line(from, to, o.points);
    const Logarithm found = logarithm(metric, from, to, o);
    const Tensor corners = shoot(metric, from, found.velocity, o);
    g.corners = concat({from, slice(corners, 0, 1, o.points - 1), to});
    g.length = std::sqrt(metric.squared(from, found.velocity).item());
    g.energy = energy(metric, g.corners).item();
    g.straight_length = length(metric, straight, nodes_along);
    g.straight_energy = energy(metric, straight).item();
    g.gradient_norm = chain_energy(metric, g.corners).relative_norm;
    g.certificate = certificate(metric, g.corners);
    g.iterations = found.iterations;
    // Where the slope of f jumps, as at a relu, the equation says nothing, and the speed changes on the way.
    const double along = length(metric, g.corners, nodes_along);
    g.smooth = std::abs(along - g.length) <= most_drift * along;
    g.converged = found.converged && g.smooth;
    if (!g.smooth) {
        g.notes.push_back(
            text("shooting left with the speed ", g.length, " for a curve of length ", along,
                 ": the metric jumps on the way or the points are too few; ",
                 remedies({{o.kinks, "soften the network"}, {true, "use relax"}, {true, "more points"}})));
        g.length = along;
    }
    if (!found.converged)
        g.notes.push_back(text("shooting missed its end by ", found.miss, "; use relax, or nearer points"));
    return g;
}

}  // namespace gradpath::attribution::geometry
