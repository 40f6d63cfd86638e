// The derivatives of the matrix G come from the engine, one order after another: nothing here is a difference quotient.
#include <gradpath/attribution/geometry/curvature.hpp>

#include <gradpath/autodiff/linalg.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

Index features_of(const Tensor& x) { return x.size() / x.rows(); }

/// aⁱₘ bᵐ.. over the axes in the middle: [rows, i, m] · [rows, m, ..] → [rows, i, ..].
Tensor contract(const Tensor& a, const Tensor& b) {
    const Tensor flat = reshape(b, {b.rows(), b.shape()[1], -1});
    return reshape(matmul(a, flat), Shape{a.rows(), a.shape()[1]}.joined(b.shape().slice(2, b.rank())));
}

}  // namespace

Tensor volume_element(const Metric& metric, const Tensor& x) {
    return sqrt(maximum(determinant(metric.matrix(x)), 0.0));
}

Spectrum spectrum(const Metric& metric, const Tensor& x) {
    Eigh e = eigh(metric.matrix(x));
    return {std::move(e.values), std::move(e.vectors)};
}

Tensor christoffel(const Metric& metric, const Tensor& x) {
    const Index n = features_of(x);
    const auto dense = [&](const Tensor& at) { return metric.matrix(at); };
    const GradOptions options{.differentiable = x.is_tracked()};
    const Tensor slope = reshape(jacobian(dense, x, options), {x.rows(), n, n, n});  // ∂ₖ G_lj at [l, j, k]
    const Tensor sum = permute(slope, {0, 1, 3, 2}) + slope - permute(slope, {0, 3, 1, 2});
    return reshape(solve(metric.matrix(x), reshape(sum, {x.rows(), n, n * n})), {x.rows(), n, n, n}) * 0.5;
}

Tensor riemann(const Metric& metric, const Tensor& x) {
    const Index n = features_of(x);
    const auto symbols = [&](const Tensor& at) { return christoffel(metric, at); };
    const GradOptions options{.differentiable = x.is_tracked()};
    const Tensor slope = reshape(jacobian(symbols, x, options), {x.rows(), n, n, n, n});  // ∂ₖ Γⁱₗⱼ at [i, l, j, k]
    const Tensor g = symbols(x);
    // Γⁱₖₘ Γᵐₗⱼ at [i, k, l, j]
    const Tensor product = reshape(contract(reshape(g, {x.rows(), n * n, n}), g), {x.rows(), n, n, n, n});
    const Tensor half = permute(slope, {0, 1, 3, 4, 2}) + permute(product, {0, 1, 4, 2, 3});  // at [i, j, k, l]
    return half - permute(half, {0, 1, 2, 4, 3});
}

Tensor scalar_curvature(const Metric& metric, const Tensor& x) {
    const Index n = features_of(x);
    const Tensor ricci = sum(diagonal(permute(riemann(metric, x), {0, 2, 4, 1, 3})), {.axes = {3}});  // Rᵏⱼₖₗ
    return sum(inverse(metric.matrix(x)) * reshape(ricci, {x.rows(), n, n}), {.axes = {1, 2}});
}

Tensor gaussian_curvature(const Metric& metric, const Tensor& x) {
    require<ShapeError>(features_of(x) == 2, "gaussian_curvature: a surface has 2 features but the input has ",
                        features_of(x), "; see scalar_curvature");
    return scalar_curvature(metric, x) * 0.5;
}

}  // namespace gradpath::attribution::geometry
