// Ops with their graph: what recording costs, single passes over rows, and a gradient through a Jacobian.
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/tools/bench/networks.hpp>
#include <gradpath/tools/bench/shapes.hpp>
#include <gradpath/tools/bench/workload.hpp>

namespace gradpath::bench {
namespace {

Prepared small_op(const Setting& setting) {
    const Tensor a = tracked(random::normal({16}, {.seed = setting.seed, .stream = 1}));
    const Tensor b = tracked(random::normal({16}, {.seed = setting.seed, .stream = 2}));
    return {.run = [=] { mul(a, b); }};
}

/// f and its gradient at x.
Prepared with_gradient(const Function& f, const Tensor& x) {
    const Tensor leaf = tracked(x);
    return {.run = [=] { grad(sum(f(leaf)), leaf); }};
}

Prepared pool(const Setting& setting) {
    return with_gradient([](const Tensor& x) { return max_pool2d(x); },
                         random::normal({image_batch, 32, 28, 28}, {.seed = setting.seed}));
}

Prepared normalise(const Setting& setting) {
    return with_gradient([](const Tensor& x) { return square(standardize(x).y); },
                         random::normal({image_batch, 32, 14, 14}, {.seed = setting.seed}));
}

Prepared classify(const Setting& setting) {
    const Indices labels = random::integers({1024}, 100, setting.seed, 2);
    return with_gradient([=](const Tensor& x) { return cross_entropy(x, labels); },
                         random::normal({1024, 100}, {.seed = setting.seed, .stream = 1}));
}

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

}  // namespace

std::vector<Workload> op_workloads() {
    return {{"op-16-numbers", Layer::ops, small_op},
            {"max-pool-2x2", Layer::ops, pool},
            {"batch-norm-32", Layer::ops, normalise},
            {"cross-entropy-100", Layer::ops, classify},
            {"path-energy-moons", Layer::ops, energy_step}};
}

}  // namespace gradpath::bench
