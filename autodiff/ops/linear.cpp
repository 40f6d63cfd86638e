// y = x Wᵀ + b in one node: the product adds the bias to what it has just finished, and may apply relu. Fused ops: they
// stand for matmul, add (and relu), and have their bits.
#include <array>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rectified.hpp>
#include <gradpath/autodiff/ops/rows.hpp>
#include <gradpath/autodiff/rectified.hpp>

namespace gradpath {
namespace {

template <bool relu>
Computed linear_forward(std::span<const Tensor> inputs, const Attributes&) {
    const Value &x = value_of(inputs[0]), &w = value_of(inputs[1]), &b = value_of(inputs[2]);
    Value y(x.shape.with(-1, w.shape[0]), x.dtype);
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::gemm(kernels::Gemm<T>{.transpose_a = false,
                                       .transpose_b = true,
                                       .m = x.shape.with(-1, 1).size(),
                                       .n = w.shape[0],
                                       .k = w.shape[1],
                                       .a = x.data<T>(),
                                       .b = w.data<T>(),
                                       .c = y.data<T>(),
                                       .bias = b.data<T>(),
                                       .relu = relu});
    });
    return {{std::move(y)}};
}

Tensor product(const Tensor& x, const Tensor& w) { return matmul(x, w, {.transpose_b = true}); }

/// All rows of a tensor as one matrix.
Tensor as_matrix(const Tensor& t) { return reshape(t, Shape{t.shape().with(-1, 1).size(), t.shape()[-1]}); }

/// relu_vjp(y, g) · w in one pass, inputs y, g, w: for sweeps that nobody differentiates or looks at: it has no rules.
Computed masked_product_forward(std::span<const Tensor> inputs, const Attributes&) {
    const Value &y = value_of(inputs[0]), &g = value_of(inputs[1]), &w = value_of(inputs[2]);
    Value x(g.shape.with(-1, w.shape[1]), g.dtype);
    dispatch(g.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::gemm(kernels::Gemm<T>{.transpose_a = false,
                                       .transpose_b = false,
                                       .m = g.shape.with(-1, 1).size(),
                                       .n = w.shape[1],
                                       .k = w.shape[0],
                                       .a = g.data<T>(),
                                       .b = w.data<T>(),
                                       .c = x.data<T>(),
                                       .a_where = y.data<T>()});
    });
    return {{std::move(x)}};
}

const Op masked_product_row{OpCode::matmul, "masked_product", masked_product_forward};

Tensors linear_vjp(const VjpCall& call) {
    const Tensor &x = call.x(0), &w = call.x(1), &b = call.x(2), &g = call.g();
    Tensors slopes(3);
    if (call.wanted[0]) slopes[0] = matmul(g, w);
    if (call.wanted[1]) slopes[1] = matmul(as_matrix(g), as_matrix(x), {.transpose_a = true});
    if (call.wanted[2]) slopes[2] = sum_to(g, b.shape());
    return slopes;
}

Tensors linear_relu_vjp(const VjpCall& call) {
    const bool only_x = call.wanted[0] && !call.wanted[1] && !call.wanted[2];
    if (!only_x || context().recording || is_observed()) return rectified_vjp<linear_vjp>(call);
    return {apply_one(masked_product_row, Tensors{call.y(), call.g(), call.x(1)}), Tensor(), Tensor()};
}

Tensors linear_jvp(const JvpCall& call) {
    const Tensor &tx = call.tangents[0], &tw = call.tangents[1], &tb = call.tangents[2];
    Tensor total;
    if (tx) total = product(tx, call.inputs[1]);
    if (tw) total = plus(total, product(call.inputs[0], tw));
    if (tb) total = plus(total, broadcast_to(tb, call.outputs[0].shape()));
    return {total};
}

Tensors linear_expand(std::span<const Tensor> inputs, const Attributes&) {
    return {product(inputs[0], inputs[1]) + inputs[2]};
}
Tensors linear_relu_expand(std::span<const Tensor> inputs, const Attributes& attributes) {
    return {relu(linear_expand(inputs, attributes)[0])};
}

Tensor checked(const Op& row, const Tensor& x, const Tensor& weight, const Tensor& bias) {
    require_same_dtype("linear", std::array{x, weight, bias});
    require<ShapeError>(weight.rank() == 2 && bias.shape() == Shape{weight.rows()},
                        "linear: the weight must be [outputs, inputs] and the bias [outputs]: their shapes are ",
                        weight.shape(), " and ", bias.shape());
    require<ShapeError>(x.rank() >= 2 && x.shape()[-1] == weight.shape()[1], "linear: x must be [rows, .., ",
                        weight.shape()[1], "]: its shape is ", x.shape());
    return apply_one(row, Tensors{x, weight, bias});
}

}  // namespace

const Op linear_row{OpCode::linear, "linear",   linear_forward<false>, linear_vjp,
                    Forward::rule,  linear_jvp, linear_expand};
const Op linear_relu_row{OpCode::linear,    "linear_relu", linear_forward<true>,
                         linear_relu_vjp,   Forward::rule, rectified_jvp<linear_jvp>,
                         linear_relu_expand};

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    return checked(linear_row, x, weight, bias);
}
Tensor linear_relu(const Tensor& x, const Tensor& weight, const Tensor& bias) {
    return checked(linear_relu_row, x, weight, bias);
}

}  // namespace gradpath
