// Slopes of the energy of a path. In the plane: as the peers take them, through a Jacobian that is written down; as
// this library takes them, by forward sweeps; and a whole geodesic. Between images, in a conformal metric: a slope, and
// as many as an L-BFGS takes.
#include <gradpath/attribution/geometry/relax.hpp>
#include <gradpath/autodiff/minimize/lbfgs.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/bench/networks.hpp>
#include <gradpath/tools/bench/shapes.hpp>

namespace gradpath::bench {
namespace {

namespace geometry = attribution::geometry;

/// Σ |J(mᵢ) dᵢ|² over the pieces dᵢ of a polyline in the plane, J the network's Jacobian at the piece's middle mᵢ.
Tensor path_energy(const Function& net, const Tensor& points) {
    const Tensor from = slice(points, 0, 0, curve_points - 1), to = slice(points, 0, 1, curve_points);
    const Tensor slopes = jacobian(net, (from + to) * 0.5, {.differentiable = true});
    return sum(square(matmul(slopes, reshape(to - from, {curve_points - 1, 2, 1}))));
}

Prepared energy_step(const Setting& setting) {
    const Network mlp = tanh_mlp(setting);
    const Tensor points = mlp.rows(curve_points, setting);
    return {.run = [=] {
        const Tensor leaf = tracked(points);
        grad(path_energy(mlp.net, leaf), leaf);
    }};
}

Prepared pullback_energy(const Setting& setting) {
    const Network mlp = tanh_mlp(setting);
    const Tensor points = mlp.rows(curve_points, setting);
    const geometry::Metric metric = geometry::pullback(mlp.net);
    return {.run = [=] {
        const Tensor leaf = tracked(points);
        grad(geometry::energy(metric, leaf), leaf);
    }};
}

/// ‖∇ log p‖² I of the softplus LeNet-5.
geometry::Metric conformal_metric(const Network& lenet) {
    return geometry::conformal(
        [=](const Tensor& x) { return reshape(slice(log_softmax(lenet.net(x)), 1, 0, 1), {x.rows()}); });
}

/// What relaxing a geodesic between images does over and over: the slope of a curve's energy.
Prepared conformal_energy(const Setting& setting) {
    const Network lenet = softplus_lenet5(setting);
    const Tensor points = lenet.rows(curve_points, setting);
    const geometry::Metric metric = conformal_metric(lenet);
    return {.run = [=] {
        const Tensor leaf = tracked(points);
        grad(geometry::energy(metric, leaf), leaf);
    }};
}

struct Enough {};  // slopes were taken: how many a line search wants is its own affair, so both sides are stopped

/// Corners between two images move to lower the energy, by L-BFGS (10 pairs, strong Wolfe), for a number of slopes.
Prepared relaxation(const Setting& setting) {
    const Network lenet = softplus_lenet5(setting);
    const Tensor points = lenet.rows(curve_points, setting);
    const geometry::Metric metric = conformal_metric(lenet);
    const Tensor first = slice(points, 0, 0, 1), last = slice(points, 0, curve_points - 1, curve_points),
                 inner = slice(points, 0, 1, curve_points - 1);
    return {.run = [=] {
        int slopes = 0;
        const auto energy = [&](const std::vector<Tensor>& corners) {
            if (slopes++ == geodesic_slopes) throw Enough();
            return geometry::energy(metric, concat({first, corners[0], last}));
        };
        try {
            for (;;)  // again where it gets stuck before
                minimize::lbfgs(energy, {inner}, {.stop = {.gradient_tolerance = 0}});
        } catch (const Enough&) {}
    }};
}

Prepared geodesic(const Setting& setting) {
    const Network mlp = tanh_mlp(setting);
    const Tensor ends = mlp.rows(2, setting);
    const geometry::Metric metric = geometry::pullback(mlp.net);
    return {
        .run = [=] { geometry::relax(metric, slice(ends, 0, 0, 1), slice(ends, 0, 1, 2), {.points = curve_points}); }};
}

}  // namespace

std::vector<Workload> geometry_workloads() {
    return {{"path-energy-moons", energy_step},
            {"path-energy-lenet5", conformal_energy},
            {"geodesic-lenet5", relaxation},
            {"pullback-energy-moons", pullback_energy},
            {"geodesic-moons", geodesic}};
}

}  // namespace gradpath::bench
