#pragma once
// Riemannian metrics on the space of inputs, without ever writing a matrix down: what a model does to small steps tells
// how long they are. A metric is a linear map R(x) of steps, G(x) = R(x)ᵀ R(x); at most one number per row if it is
// conformal, G = λ(x)² I.
#include <functional>
#include <string>

#include <gradpath/attribution/core/model.hpp>
#include <gradpath/autodiff/transforms.hpp>

/// Metrics, curves and geodesics on input space. Rows are independent; x and v are [rows, input shape], features are
/// counted in row-major order. What these functions return has a graph where x or v is tracked.
namespace gradpath::attribution::geometry {

struct Metric {
    std::string name;
    /// R(x) v, linear in v: [rows, parts]. Empty for a conformal metric, which is λ v.
    std::function<Tensor(const Tensor& x, const Tensor& v)> root = {};
    /// λ(x)² of G = λ² I, one number per row; empty: not conformal.
    Function factor = {};

    bool is_conformal() const { return static_cast<bool>(factor); }
    /// vᵀ G(x) v, [rows].
    Tensor squared(const Tensor& x, const Tensor& v) const;
    /// G(x) v, like x: one forward sweep for R v and one reverse sweep, whatever the number of features.
    Tensor times(const Tensor& x, const Tensor& v) const;
    /// R(x) v, [rows, parts], of any metric.
    Tensor residual(const Tensor& x, const Tensor& v) const;
    /// R(x), [rows, parts, features], and G(x), [rows, features, features]: for few features or parts.
    Tensor root_matrix(const Tensor& x) const;
    Tensor matrix(const Tensor& x) const;
    /// Σ of the eigenvalues of G(x), [rows].
    Tensor trace(const Tensor& x) const;
};

/// G = I.
Metric euclidean();
/// G = Jᵀ J of any f, [rows, input shape] → [rows, ..]: lengths are those of the images under f.
Metric pullback(Function f, std::string name = "pullback");
/// Fisher's information of the classes, G = Jᵀ (diag p - p pᵀ) J with p = softmax(f), for one output the sigmoid: how
/// well the answers at two inputs can be told apart (Amari 1985). f gives logits, [rows, outputs] or [rows].
Metric fisher(Function logits);
/// G = ‖∇F‖² I of F, [rows, input shape] → [rows]: the metric of Geodesic Integrated Gradients as it is computed
/// (arXiv 2502.12108), in which every way costs what F could change on it.
Metric conformal(Function f);
/// G = λ² I with any λ², [rows, input shape] → [rows], not negative.
Metric conformal_factor(Function factor, std::string name = "conformal");
/// What the name of a regularised metric ends in.
inline constexpr const char* regularised_suffix = " + epsilon";
/// G + epsilon I: where G is singular, steps that change nothing are cheap but not free. Throws ValueError unless
/// epsilon is positive.
Metric regularised(const Metric& metric, double epsilon);
/// Any G, [rows, input shape] → [rows, features, features], positive definite: its root is Cholesky's.
Metric from_matrix(Function matrix, std::string name = "matrix");

/// softmax of the outputs of a model, for one output the sigmoid; what flows through its tap `layer`. For pullback().
Function probabilities(Function logits);
Function layer_output(Function model, std::string layer);
/// ‖∇F(x)‖², [rows]: the factor of conformal().
Tensor squared_slope(const Function& f, const Tensor& x);

}  // namespace gradpath::attribution::geometry
