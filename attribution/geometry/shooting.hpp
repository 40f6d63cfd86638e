#pragma once
// Geodesics from a point and a velocity: the exponential map, and its inverse between two points.
#include <optional>

#include <gradpath/attribution/geometry/relax.hpp>

namespace gradpath::attribution::geometry {

struct Shoot {
    Index points = 33;  ///< corners that are written down, at even t in [0, 1]
    /// On the error of each step, relative to 1 + |number|; automatic: 1e-10 in float64, 1e-5 in float32.
    std::optional<double> tolerance = {};
    Index max_steps = 10'000;
    bool kinks = true;  ///< might the function have kinks, so that a note may advise to soften it?
};

/// γ'' of geodesics at x with velocity v, [rows, input shape]: G γ'' = ½ ∇ₓ(vᵀ G v) - (∂ᵥ G) v. Throws ValueError for
/// more than 64 features unless the metric is conformal, NumericError where G is singular.
Tensor acceleration(const Metric& metric, const Tensor& x, const Tensor& v);

/// The geodesic that leaves x with velocity v, [1, input shape] each, as corners at t = 0 .. 1. Throws as acceleration
/// and where the geodesic runs out of the metric's domain.
Tensor shoot(const Metric& metric, const Tensor& x, const Tensor& v, const Shoot& options = {});
/// Where the geodesics of all rows are at t = 1: exp_x(v). Rows share their steps.
Tensor exponential(const Metric& metric, const Tensor& x, const Tensor& v, const Shoot& options = {});

struct Logarithm {
    Tensor velocity;  ///< v with exp_from(v) = to, [1, input shape]; its length in the metric is the geodesic's
    double miss = 0;  ///< largest |exp_from(v) - to|
    bool converged = false;
    Index iterations = 0;
};
/// Newton's method on exp_from(v) = to, begun with a relaxed curve's velocity, for up to 64 features. Between points
/// that several geodesics join it finds the one near that curve.
Logarithm logarithm(const Metric& metric, const Tensor& from, const Tensor& to, const Shoot& options = {});

/// The geodesic between two points by logarithm and shoot. Its gradient_norm is that of the corners' discrete energy,
/// which is not what is solved here; `converged` says that the end was met.
Geodesic shoot_between(const Metric& metric, const Tensor& from, const Tensor& to, const Shoot& options = {});

}  // namespace gradpath::attribution::geometry
