#pragma once
// How a metric bends space, by derivatives of its matrix: for few features (up to about ten).
#include <gradpath/attribution/geometry/metric.hpp>

namespace gradpath::attribution::geometry {

/// √det G, [rows]: how much larger the image of a small volume is; 0 where G is singular.
Tensor volume_element(const Metric& metric, const Tensor& x);
/// The eigenvalues of G, ascending, [rows, features], and its eigenvectors, the axes of the ellipse of steps of length
/// 1 (whose half axes are 1/√value): [rows, features, features], one a column.
struct Spectrum {
    Tensor values, vectors;
};
Spectrum spectrum(const Metric& metric, const Tensor& x);
/// Γⁱⱼₖ = ½ Gⁱˡ (∂ⱼ G_lk + ∂ₖ G_lj - ∂ₗ G_jk), [rows, i, j, k] (do Carmo 1992, 2.3). Throws NumericError where G is
/// singular.
Tensor christoffel(const Metric& metric, const Tensor& x);
/// Rⁱⱼₖₗ = ∂ₖ Γⁱₗⱼ - ∂ₗ Γⁱₖⱼ + Γⁱₖₘ Γᵐₗⱼ - Γⁱₗₘ Γᵐₖⱼ, [rows, i, j, k, l]; throws as christoffel.
Tensor riemann(const Metric& metric, const Tensor& x);
/// Gʲˡ Rᵏⱼₖₗ, [rows]: positive on a sphere, twice the Gaussian curvature of a surface.
Tensor scalar_curvature(const Metric& metric, const Tensor& x);
/// Of surfaces: two features. Throws ShapeError for other numbers of them. [rows]
Tensor gaussian_curvature(const Metric& metric, const Tensor& x);

}  // namespace gradpath::attribution::geometry
