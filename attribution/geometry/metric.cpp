// R(x) v of a pullback is one forward sweep (J v), and Rᵀ one reverse sweep of it in v, so that G v = Jᵀ (J v) costs
// two sweeps. A conformal factor is used as it is, not through its root λ, which has no derivative where the metric
// vanishes.
#include <gradpath/attribution/geometry/metric.hpp>

#include <cmath>

#include <gradpath/attribution/path/along_walks.hpp>
#include <gradpath/autodiff/linalg.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/taps.hpp>

namespace gradpath::attribution::geometry {
namespace {

Tensor sum_of_squares(const Tensor& rows) { return sum(square(flatten(rows)), {.axes = {1}}); }

/// [rows, outputs] of logits that may be [rows].
Tensor as_rows(const Tensor& y) { return y.rank() == 1 ? reshape(y, {y.rows(), 1}) : flatten(y); }

/// One number for each row. Throws ShapeError.
Tensor one_per_row(const char* what, const Tensor& y, const Tensor& x) {
    require<ShapeError>(y && y.size() == x.rows(), "metric: ", what, " must give one number for each of ", x.rows(),
                        " rows but gave ", y ? text("shape ", y.shape()) : "no tensor");
    return reshape(y, {x.rows()});
}

/// √p of classes, without underflow of its slope.
Tensor root_of_probabilities(const Tensor& logits) { return exp(log_softmax(logits) * 0.5); }

}  // namespace

Tensor Metric::residual(const Tensor& x, const Tensor& v) const {
    if (is_conformal()) return flatten(v) * reshape(sqrt(factor(x)), {x.rows(), 1});
    return flatten(root(x, v));
}

Tensor Metric::squared(const Tensor& x, const Tensor& v) const {
    if (is_conformal()) return factor(x) * sum_of_squares(v);
    return sum_of_squares(residual(x, v));
}

Tensor Metric::times(const Tensor& x, const Tensor& v) const {
    if (is_conformal()) return v * per_row(factor(x), v);
    const Tensor image = residual(x, v);
    const bool differentiable = x.is_tracked() || v.is_tracked();
    return vjp([&](const Tensor& step) { return residual(x, step); }, v, image, {.differentiable = differentiable})
        .cotangent;
}

Tensor Metric::root_matrix(const Tensor& x) const {
    const auto of_step = [&](const Tensor& v) { return residual(x, v); };
    const Tensor r = jacobian(of_step, zeros_like(x), {.differentiable = x.is_tracked()});
    return reshape(r, {x.rows(), r.shape()[1], -1});
}

Tensor Metric::matrix(const Tensor& x) const {
    const Index features = x.size() / x.rows();
    if (is_conformal()) return reshape(factor(x), {x.rows(), 1, 1}) * identity_matrix(features, x.dtype());
    const Tensor r = root_matrix(x);
    return matmul(r, r, {.transpose_a = true});
}

Tensor Metric::trace(const Tensor& x) const {
    if (is_conformal()) return factor(x) * static_cast<double>(x.size() / x.rows());
    return sum_of_squares(root_matrix(x));
}

Metric euclidean() {
    return conformal_factor([](const Tensor& x) { return ones({x.rows()}, x.dtype()); }, "euclidean");
}

Metric pullback(Function f, std::string name) {
    return {.name = std::move(name), .root = [f = std::move(f)](const Tensor& x, const Tensor& v) {
                return flatten(as_rows(jvp(f, x, v).tangent));
            }};
}

Metric fisher(Function logits) {
    const auto root = [f = std::move(logits)](const Tensor& x, const Tensor& v) {
        const ValueAndTangent seen = jvp(f, x, v);
        const Tensor z = as_rows(seen.value), step = as_rows(seen.tangent);
        if (z.shape()[1] == 1) return exp((softplus(z) + softplus(-z)) * -0.5) * step;
        return root_of_probabilities(z) * (step - sum(softmax(z) * step, {.axes = {1}, .keep = true}));
    };
    return {.name = "fisher", .root = root};
}

Tensor squared_slope(const Function& f, const Tensor& x) {
    const auto total = [&](const std::vector<Tensor>& at) { return sum(one_per_row("F", f(at[0]), at[0])); };
    return sum_of_squares(value_and_grad(total, {x}, {.differentiable = x.is_tracked()}).slopes[0]);
}

Metric conformal(Function f) {
    return conformal_factor([f = std::move(f)](const Tensor& x) { return squared_slope(f, x); });
}

Metric conformal_factor(Function factor, std::string name) {
    return {.name = std::move(name), .factor = [f = std::move(factor)](const Tensor& x) {
                return one_per_row("the conformal factor", f(x), x);
            }};
}

Metric regularised(const Metric& metric, double epsilon) {
    require(epsilon > 0, "metric: epsilon of a regularised metric must be positive but is ", epsilon);
    const std::string name = metric.name + regularised_suffix;
    if (metric.is_conformal())
        return conformal_factor([metric, epsilon](const Tensor& x) { return metric.factor(x) + epsilon; }, name);
    return {.name = name, .root = [metric, scale = std::sqrt(epsilon)](const Tensor& x, const Tensor& v) {
                return concat({metric.residual(x, v), flatten(v) * scale}, 1);
            }};
}

Metric from_matrix(Function matrix, std::string name) {
    return {.name = std::move(name), .root = [g = std::move(matrix)](const Tensor& x, const Tensor& v) {
                const Index features = x.size() / x.rows();
                const Tensor dense = g(x);
                require<ShapeError>(dense && dense.shape() == Shape({x.rows(), features, features}),
                                    "metric: the matrix must have shape ", Shape({x.rows(), features, features}),
                                    " but has ", dense ? to_text(dense.shape()) : "none");
                const Tensor column = reshape(v, {x.rows(), features, 1});
                return flatten(matmul(cholesky(dense), column, {.transpose_a = true}));
            }};
}

Function probabilities(Function logits) {
    return [f = std::move(logits)](const Tensor& x) {
        const Tensor z = as_rows(f(x));
        return z.shape()[1] == 1 ? sigmoid(z) : softmax(z);
    };
}

Function layer_output(Function model, std::string layer) {
    return [f = std::move(model), layer = std::move(layer)](const Tensor& x) {
        Taps taps;
        f(x);
        return taps.at(layer);
    };
}

}  // namespace gradpath::attribution::geometry
