#pragma once
// Geodesics between two points by relaxation: the corners of a curve move until its energy is least.
#include <optional>
#include <string>
#include <vector>

#include <gradpath/attribution/geometry/curve.hpp>

namespace gradpath::attribution::geometry {

enum class Minimiser : std::uint8_t {
    automatic,     ///< newton for up to 16 features, lbfgs for more
    newton,        ///< second derivatives of the energy, block tridiagonal, damped where they are not positive
    gauss_newton,  ///< the same without second derivatives of the metric's root: always positive, slower at the end
    lbfgs  ///< gradients alone, in coordinates in which a straight curve's energy is round: any number of features
};

struct Relax {
    Index points = 33;  ///< corners, both ends among them
    /// On the relative gradient norm of the energy; automatic: 1e-8 in float64, 1e-4 in float32.
    std::optional<double> tolerance = {};
    Index max_iterations = 200;  ///< on each level
    Minimiser minimiser = Minimiser::automatic;
    Tensor start = {};  ///< corners to begin with, any number of them; empty: the straight line
    bool kinks = true;  ///< might the function have kinks, so that a note may advise to soften it?
    const std::atomic<bool>* cancel = nullptr;
};

/// A curve that should be a geodesic, and what speaks for it.
struct Geodesic {
    Tensor corners;  ///< [points, input shape], from the first point to the last
    double length = 0;
    double energy =
        0;  ///< ½ ∫ γ'ᵀ G γ' dt at even t: no less than length² / 2, and near it at even speed in the metric
    double straight_length = 0, straight_energy = 0;  ///< the same of the straight line, with as many corners
    double gradient_norm = 0;  ///< ‖∇E‖ over the size of all edges' momenta: what is minimised is at a minimum
    double certificate = 0;    ///< of the geodesic equation: the curve is near a continuous geodesic
    double coarse_certificate = 0;  ///< with half the edges; 0: not known
    bool converged = false;         ///< gradient_norm within the tolerance, and the metric has a derivative to follow
    bool smooth = false;  ///< the certificate falls as corners are added, as it does where the curve is smooth
    Index iterations = 0;
    std::vector<std::string> notes;
};

/// The curve of least energy E = ½ ∫ γ'ᵀ G γ' dt from `from` to `to`, [1, input shape] each: it has even speed, so it
/// is a shortest one, too, at least among its neighbours. Where the metric is constant on pieces (‖∇F‖ of a
/// piecewise-linear F) its derivative is 0 almost everywhere, nothing pulls the curve, and the result says so. Throws
/// ShapeError or ValueError for points or options that do not fit, NumericError where the energy of the start is not
/// finite, Cancelled.
Geodesic relax(const Metric& metric, const Tensor& from, const Tensor& to, const Relax& options = {});

}  // namespace gradpath::attribution::geometry
