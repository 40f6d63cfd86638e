// Softmax and its logarithm along the last axis, shifted by the largest entry so that nothing overflows. The Jacobian
// diag(y) - y yᵀ is symmetric: softmax_vjp(y, g) = y (g - ⟨g, y⟩) serves both directions of differentiation.
#include <array>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

template <auto Kernel32, auto Kernel64>
Computed row_forward(std::span<const Tensor> inputs, const Attributes&) {
    const Value& x = value_of(inputs[0]);
    Value y(x.shape, x.dtype);
    const Index n = x.shape[-1], rows = n == 0 ? 0 : x.shape.size() / n;
    if (x.dtype == DType::float32) Kernel32(x.data<float>(), y.data<float>(), rows, n);
    else Kernel64(x.data<double>(), y.data<double>(), rows, n);
    return {{std::move(y)}};
}

Tensor softmax_vjp(const Tensor& y, const Tensor& g) { return apply_one(softmax_vjp_row, {y, g}); }
Tensor row_sum(const Tensor& x) { return sum(x, {.axes = {-1}, .keep = true}); }

Tensors softmax_rule(const VjpCall& call) { return {softmax_vjp(call.y(), call.g())}; }
Tensors softmax_tangent(const JvpCall& call) { return {softmax_vjp(call.outputs[0], call.tangents[0])}; }

Computed softmax_vjp_forward(std::span<const Tensor> inputs, const Attributes&) {
    const Value &y = value_of(inputs[0]), &g = value_of(inputs[1]);
    Value dx(y.shape, y.dtype);
    const Index n = y.shape[-1], rows = n == 0 ? 0 : y.shape.size() / n;
    dispatch(y.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::softmax_vjp(static_cast<const T*>(y.data<T>()), static_cast<const T*>(g.data<T>()), dx.data<T>(), rows,
                             n);
    });
    return {{std::move(dx)}};
}
/// s = y (g - ⟨g, y⟩): ds/dgᵀ h = softmax_vjp(y, h); ds/dyᵀ h = h (g - ⟨g, y⟩) - g ⟨h, y⟩.
Tensors softmax_vjp_rule(const VjpCall& call) {
    const Tensor &y = call.x(0), &g = call.x(1), &h = call.g();
    Tensors slopes(2);
    if (call.wanted[0]) slopes[0] = h * (g - row_sum(g * y)) - g * row_sum(h * y);
    if (call.wanted[1]) slopes[1] = softmax_vjp(y, h);
    return slopes;
}
Tensors softmax_vjp_expand(std::span<const Tensor> inputs, const Attributes&) {
    return {inputs[0] * (inputs[1] - row_sum(inputs[1] * inputs[0]))};
}

Tensors log_softmax_rule(const VjpCall& call) { return {call.g() - exp(call.y()) * row_sum(call.g())}; }
Tensors log_softmax_tangent(const JvpCall& call) {
    return {call.tangents[0] - row_sum(exp(call.outputs[0]) * call.tangents[0])};
}

Computed cross_entropy_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    Value loss(x.shape.slice(0, 1), x.dtype);
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::cross_entropy(static_cast<const T*>(x.data<T>()),
                               attributes.as<CrossEntropyAttributes>().labels.data().data(), loss.data<T>(), x.shape[0],
                               x.shape[1]);
    });
    return {{std::move(loss)}};
}
/// softmax - one-hot, the slope of the loss of a row.
Tensor residual(const Tensor& logits, const Attributes& attributes) {
    return softmax(logits) - one_hot(attributes.as<CrossEntropyAttributes>().labels, logits.shape()[1], logits.dtype());
}
Tensor as_column(const Tensor& x) { return reshape(x, {-1, 1}); }
Tensors cross_entropy_rule(const VjpCall& call) {
    return {apply_one(cross_entropy_vjp_row, {call.x(), call.g()}, call.attributes)};
}
Tensors cross_entropy_tangent(const JvpCall& call) {
    return {sum(residual(call.inputs[0], call.attributes) * call.tangents[0], {.axes = {1}})};
}
Tensors cross_entropy_expand(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Tensor picked =
        one_hot(attributes.as<CrossEntropyAttributes>().labels, inputs[0].shape()[1], inputs[0].dtype());
    const Tensor logs = log_softmax(inputs[0]);  // picked by where: 0 · -inf would be NaN
    return {-sum(where(picked, logs, zeros_like(logs)), {.axes = {1}})};
}

Computed cross_entropy_vjp_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value &x = value_of(inputs[0]), &g = value_of(inputs[1]);
    Value dx(x.shape, x.dtype);
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::cross_entropy_vjp(static_cast<const T*>(x.data<T>()),
                                   attributes.as<CrossEntropyAttributes>().labels.data().data(),
                                   static_cast<const T*>(g.data<T>()), dx.data<T>(), x.shape[0], x.shape[1]);
    });
    return {{std::move(dx)}};
}
/// s = g (softmax(x) - one-hot): ds/dxᵀ h = softmax_vjp(softmax(x), g h); ds/dgᵀ h = ⟨softmax(x) - one-hot, h⟩.
Tensors cross_entropy_vjp_rule(const VjpCall& call) {
    const Tensor &x = call.x(0), &g = call.x(1), &h = call.g();
    Tensors slopes(2);
    if (call.wanted[0]) slopes[0] = softmax_vjp(softmax(x), as_column(g) * h);
    if (call.wanted[1]) slopes[1] = sum(residual(x, call.attributes) * h, {.axes = {1}});
    return slopes;
}
Tensors cross_entropy_vjp_tangent(const JvpCall& call) {
    const Tensor &x = call.inputs[0], &g = call.inputs[1], &tx = call.tangents[0], &tg = call.tangents[1];
    const Tensor bent = tx ? softmax_vjp(softmax(x), as_column(g) * tx) : Tensor();
    const Tensor scaled = tg ? residual(x, call.attributes) * as_column(tg) : Tensor();
    return {bent && scaled ? bent + scaled : bent ? bent : scaled};
}
Tensors cross_entropy_vjp_expand(std::span<const Tensor> inputs, const Attributes& attributes) {
    return {residual(inputs[0], attributes) * as_column(inputs[1])};
}

void check(const char* op, const Tensor& x) {
    require<ShapeError>(x.rank() >= 1, op, ": at least one axis is needed: the shape is ", x.shape());
}

}  // namespace

const Op softmax_row{OpCode::softmax, "softmax",     row_forward<kernels::softmax<float>, kernels::softmax<double>>,
                     softmax_rule,    Forward::rule, softmax_tangent};
const Op softmax_vjp_row{OpCode::softmax_vjp, "softmax_vjp", softmax_vjp_forward, softmax_vjp_rule,
                         Forward::two_sweeps, nullptr,       softmax_vjp_expand};
const Op log_softmax_row{
    OpCode::log_softmax, "log_softmax", row_forward<kernels::log_softmax<float>, kernels::log_softmax<double>>,
    log_softmax_rule,    Forward::rule, log_softmax_tangent};
const Op cross_entropy_row{OpCode::cross_entropy, "cross_entropy",       cross_entropy_forward, cross_entropy_rule,
                           Forward::rule,         cross_entropy_tangent, cross_entropy_expand};
const Op cross_entropy_vjp_row{OpCode::cross_entropy_vjp, "cross_entropy_vjp", cross_entropy_vjp_forward,
                               cross_entropy_vjp_rule,    Forward::rule,       cross_entropy_vjp_tangent,
                               cross_entropy_vjp_expand};

Tensor softmax(const Tensor& x) {
    check("softmax", x);
    return apply_one(softmax_row, {x});
}

Tensor log_softmax(const Tensor& x) {
    check("log_softmax", x);
    return apply_one(log_softmax_row, {x});
}

Tensor cross_entropy(const Tensor& logits, const Indices& labels) {
    require<ShapeError>(logits.rank() == 2 && labels.shape() == Shape{logits.shape()[0]},
                        "cross_entropy: logits must be [rows, classes] and labels [rows]: got ", logits.shape(),
                        " and ", labels.shape());
    for (Index i = 0; i < labels.size(); ++i)
        require(0 <= labels[i] && labels[i] < logits.shape()[1], "cross_entropy: labels must lie in [0, ",
                logits.shape()[1], "): row ", i, " has ", labels[i]);
    return apply_one(cross_entropy_row, {logits}, Attributes::of(CrossEntropyAttributes{labels}));
}

}  // namespace gradpath
