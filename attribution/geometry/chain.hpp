#pragma once
// For relax: the energy of a chain of corners between two fixed ends, its gradient and its second derivatives.
#include <gradpath/attribution/geometry/block_tridiagonal.hpp>
#include <gradpath/attribution/geometry/metric.hpp>
#include <gradpath/autodiff/minimize/minimum.hpp>

namespace gradpath::attribution::geometry {

/// On each edge for the lengths of curves that are told: in the middle of one alone the metric may vanish.
constexpr Index nodes_along = 5;

/// Where on each edge the metric is looked at, and with which weight: 1 look is the middle, 3 are Simpson's rule, 5
/// Boole's, both with the ends.
struct EdgeRule {
    std::vector<double> at{0.5}, weight{1};
};
EdgeRule edge_rule(Index looks);
/// ½ ∫ γ'ᵀ G γ' dt by a rule, one number with a graph.
Tensor energy_by(const EdgeRule& rule, const Metric& metric, const Tensor& corners);

/// At some corners, [points, input shape].
struct ChainEnergy {
    double value = 0;
    std::vector<double> gradient = {};  ///< of the inner corners, [points - 2, features]
    double relative_norm = 0;           ///< ‖∇E‖ / ‖(edges) G (p_{k+1} - p_k)‖; 0 where both are
};
ChainEnergy chain_energy(const Metric& metric, const Tensor& corners, const EdgeRule& rule = {});

/// Second derivatives with respect to the inner corners: exact, or Gauss-Newton's JᵀJ of residuals √(edges weight) R d.
BlockTridiagonal chain_curvature(const Metric& metric, const Tensor& corners, const EdgeRule& rule, bool exact);
/// Adds `weight` times the second derivatives of ½ Σ |p_{k+1} - p_k|².
void add_springs(BlockTridiagonal& matrix, double weight);

/// Does the metric differ along the curve but have no derivative anywhere on it?
bool is_piecewise_constant(const Metric& metric, const Tensor& corners);

}  // namespace gradpath::attribution::geometry
