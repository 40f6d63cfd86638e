#pragma once
// For relax: the energy of a chain of corners between two fixed ends, its gradient and its second derivatives.
#include <gradpath/attribution/geometry/block_tridiagonal.hpp>
#include <gradpath/attribution/geometry/metric.hpp>
#include <gradpath/autodiff/minimize/minimum.hpp>

namespace gradpath::attribution::geometry {

/// At some corners, [points, input shape].
struct ChainEnergy {
    double value = 0;
    std::vector<double> gradient = {};  ///< of the inner corners, [points - 2, features]
    double relative_norm = 0;           ///< ‖∇E‖ / ‖(edges) G (p_{k+1} - p_k)‖; 0 where both are
};
ChainEnergy chain_energy(const Metric& metric, const Tensor& corners);

/// Second derivatives with respect to the inner corners: exact, or Gauss-Newton's JᵀJ of the residuals √edges R(m) d.
BlockTridiagonal chain_curvature(const Metric& metric, const Tensor& corners, bool exact);
/// Adds `weight` times the second derivatives of ½ Σ |p_{k+1} - p_k|².
void add_springs(BlockTridiagonal& matrix, double weight);

/// Does the metric differ along the curve but have no derivative anywhere on it?
bool is_piecewise_constant(const Metric& metric, const Tensor& corners);

}  // namespace gradpath::attribution::geometry
