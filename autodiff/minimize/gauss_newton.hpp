#pragma once
// Gauss-Newton with Levenberg and Marquardt's damping, for sums of squares (Madsen, Nielsen & Tingleff 2004, "Methods
// for non-linear least squares problems", algorithm 3.16).
#include <vector>

#include <gradpath/autodiff/minimize/minimum.hpp>
#include <gradpath/autodiff/transforms.hpp>

namespace gradpath::minimize {

struct GaussNewton {
    Stopping stop = {.max_iterations = 200};
    double damping =
        1e-3;  ///< at the start, times the largest diagonal entry of JᵀJ; the larger, the shorter the steps
};

/// Walks from `start` to a minimum of ½ Σ r², with r = residuals(parameters), of any shape; Minimum::value is that sum,
/// Minimum::evaluations counts calls of `residuals`, those for its Jacobian among them. Each iteration solves
/// (JᵀJ + damping D) h = -Jᵀr by Cholesky, in double; J has a row per residual and a column per parameter, so some
/// hundreds of parameters are the aim. Throws ValueError for options out of range or no parameters, DTypeError for
/// parameters of two dtypes, NumericError if value or gradient are not finite at the start (later such steps are
/// refused), Cancelled.
Minimum gauss_newton(const ListFunction& residuals, const std::vector<Tensor>& start, const GaussNewton& options = {});

}  // namespace gradpath::minimize
