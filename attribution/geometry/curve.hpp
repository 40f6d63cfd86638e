#pragma once
// Curves in input space as corners, [points, input shape], in order, at t = 0, 1/(points - 1), .., 1; and what a metric
// says of them.
#include <span>
#include <vector>

#include <gradpath/attribution/core/path.hpp>
#include <gradpath/attribution/geometry/metric.hpp>

namespace gradpath::attribution::geometry {

/// Corners on the straight line between two points, [1, input shape] each. Throws ShapeError where they differ,
/// ValueError below two points.
Tensor line(const Tensor& from, const Tensor& to, Index points);
/// The points at these t in [0, 1] on the straight edges between the corners, [ts, input shape].
Tensor points_at(const Tensor& corners, std::span<const double> ts);

/// Squared speeds of the edges, (p_{k+1} - p_k)ᵀ G (p_{k+1} - p_k) with G in their middles, [edges]. Throws ShapeError
/// below two corners.
Tensor squared_edges(const Metric& metric, const Tensor& corners);
/// E = ½ ∫ γ'ᵀ G γ' dt with G in the middle of each edge: what solvers minimise; at least length² / 2. One number.
Tensor energy(const Metric& metric, const Tensor& corners);
/// The lengths ∫ √(vᵀ G v) dt of straight lines from each row to that of `to`, v = to - from, by `nodes` Gauss-Legendre
/// nodes on each, [rows].
Tensor straight_lengths(const Metric& metric, const Tensor& from, const Tensor& to, Index nodes = 1);
/// The same of each edge, [edges].
Tensor edge_lengths(const Metric& metric, const Tensor& corners, Index nodes = 1);
/// Their sum. Several nodes tell about the straight edges, one is as good where they stand for a smooth curve.
double length(const Metric& metric, const Tensor& corners, Index nodes = 1);
/// The same curve with corners evenly spaced in the metric: its arc length as parameter.
Tensor by_arc_length(const Metric& metric, const Tensor& corners, Index points);

/// How far the curve is from obeying the geodesic equation d/dt (G γ') = ½ ∇ₓ(γ'ᵀ G γ'), as central differences see it
/// at each inner corner: the size of the difference over the size of G γ', [points - 2]. Of a smooth geodesic it falls
/// as 1/points², whether or not the corners minimise the discrete energy; at a kink it grows.
std::vector<double> geodesic_residual(const Metric& metric, const Tensor& corners);
/// The root of their mean square; 0 without inner corners.
double certificate(const Metric& metric, const Tensor& corners);

/// The natural cubic spline through corners at even t (de Boor 1978, IV).
class Spline {
public:
    /// Throws ShapeError below two corners.
    explicit Spline(Tensor corners);
    /// Points, and velocities dγ/dt, at t in [0, 1], [ts, input shape].
    Tensor at(std::span<const double> ts) const;
    Tensor velocity(std::span<const double> ts) const;

private:
    Tensor blend(std::span<const double> ts, bool slope) const;
    Tensor corners_, bends_;  ///< bends: second derivatives by the number of the corner
};

/// Corners as a path for along_paths: one row, from its baseline to its input.
Path path_of(const Tensor& corners);

}  // namespace gradpath::attribution::geometry
