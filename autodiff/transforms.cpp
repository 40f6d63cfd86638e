// Functions of functions, each a short sentence on top of the reverse and the forward sweep.
#include <gradpath/autodiff/transforms.hpp>

#include <optional>

#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath {
namespace {

/// A place of its own to differentiate with respect to: captured uses of x are constants. Leads on to x if x is
/// tracked.
Tensor leaf(const Tensor& x) { return x.is_tracked() ? alias(x) : tracked(x); }

/// 1 at position k of every row, 0 elsewhere, shaped like t.
Tensor basis(const Tensor& t, Index k) {
    const Index width = t.size() / t.rows();
    return reshape(broadcast_to(one_hot(Indices{k}, width, t.dtype()), {t.rows(), width}), t.shape());
}

}  // namespace

ValueAndGrad value_and_grad(const ListFunction& f, const std::vector<Tensor>& inputs, const GradOptions& options) {
    const Recording on;
    std::vector<Tensor> leaves;
    for (const Tensor& input : inputs) leaves.push_back(leaf(input));
    const Tensor y = f(leaves);
    ValueAndGrad result{y, grad(y, leaves, options)};
    if (!options.differentiable) result.value = detached(y);
    return result;
}

ValueAndCotangent vjp(const Function& f, const Tensor& x, const Tensor& g, const GradOptions& options) {
    const Recording on;
    const Tensor input = leaf(x), y = f(input);
    ValueAndCotangent result{y, pullback(std::span(&y, 1), std::span(&g, 1), std::span(&input, 1), options)[0]};
    if (!options.differentiable) result.value = detached(y);
    return result;
}

Tensor jacobian(const Function& f, const Tensor& x, const GradOptions& options) {
    const Recording on;
    const Tensor input = leaf(x), y = f(input);
    require<ShapeError>(x.rank() >= 1 && y.rank() >= 1 && y.rows() == x.rows(),
                        "jacobian: f must map rows to rows: ", x.shape(), " became ", y.shape(),
                        "; rows are the leading axis");
    const Shape out = y.shape().slice(1, y.rank()), in = x.shape().slice(1, x.rank());
    const Shape whole = Shape{x.rows()}.joined(out).joined(in);
    const Index outputs = out.size(), features = in.size();
    if (whole.size() == 0) return zeros(whole, x.dtype());

    std::optional<NoRecording> off;
    if (!options.differentiable) off.emplace();
    std::vector<Tensor> parts;
    if (features < outputs) {  // forward columns
        for (Index j = 0; j < features; ++j) {
            const Tensor v = basis(input, j);
            const Tensor column = pushforward(std::span(&y, 1), std::span(&input, 1), std::span(&v, 1))[0];
            parts.push_back(reshape(column, {x.rows(), outputs, 1}));
        }
        return reshape(concat(parts, 2), whole);
    }
    for (Index k = 0; k < outputs; ++k) {  // reverse rows
        const Tensor g = basis(y, k);
        const Tensor row = pullback(std::span(&y, 1), std::span(&g, 1), std::span(&input, 1), options)[0];
        parts.push_back(reshape(row, {x.rows(), 1, features}));
    }
    return reshape(concat(parts, 1), whole);
}

Tensor hessian(const Function& f, const Tensor& x) {
    const Recording on;
    const Tensor input = leaf(x);
    const Tensor slope = grad(f(input), input, {.differentiable = true});
    std::vector<Tensor> rows;
    for (Index i = 0; i < x.size(); ++i) {
        const Tensor e = reshape(one_hot(Indices{i}, x.size(), x.dtype()), x.shape());
        const Tensor row = slope.is_tracked()
                               ? pullback(std::span(&slope, 1), std::span(&e, 1), std::span(&input, 1))[0]
                               : zeros_like(x);
        rows.push_back(reshape(row, {1, -1}));
    }
    const Shape whole = x.shape().joined(x.shape());
    return rows.empty() ? zeros(whole, x.dtype()) : reshape(concat(rows, 0), whole);
}

Tensor hvp(const Function& f, const Tensor& x, const Tensor& v) {
    return jvp([&](const Tensor& z) { return grad(f(z), z, {.differentiable = true}); }, x, v).tangent;
}

}  // namespace gradpath
