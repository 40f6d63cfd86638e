// Turns the formulas of unary.hpp and binary.hpp into tensor ops. NumPy's broadcasting lives here, once: operands get
// strides of 0 along repeated axes, axes that walk together are merged, and the kernel sees an inner loop and block
// offsets.
#include <algorithm>
#include <array>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/binary.hpp>
#include <gradpath/autodiff/ops/op.hpp>
#include <gradpath/autodiff/ops/rows.hpp>
#include <gradpath/autodiff/ops/unary.hpp>

namespace gradpath {
namespace {

// --- one input -------------------------------------------------------------------------------------------------------

template <class Formula>
Computed unary_forward(std::span<const Tensor> inputs, const Attributes&) {
    const Value& x = value_of(inputs[0]);
    Value y(x.shape, x.dtype);
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::unary(Formula::info.code, x.data<T>(), y.data<T>(), x.shape.size());
    });
    return {{std::move(y)}};
}

template <class Formula>
Tensors unary_vjp(const VjpCall& call) {
    return {Formula::vjp(call.x(), call.y(), call.g())};
}

template <class Formula>
Tensors unary_jvp(const JvpCall& call) {
    return {Formula::vjp(call.inputs[0], call.outputs[0], call.tangents[0])};
}

template <class Formula>
constexpr Op unary_row() {
    Op op{Formula::info.code, Formula::info.name, unary_forward<Formula>};
    if constexpr (Formula::info.differentiable) {
        op.vjp = unary_vjp<Formula>;
        op.tangents = Forward::diagonal;
        op.jvp = unary_jvp<Formula>;
    }
    return op;
}

// --- two inputs ------------------------------------------------------------------------------------------------------

/// Merged loop axes of two operands over a common shape; the last one is the inner loop.
struct Walk {
    Index axes = 0;
    std::array<Index, Shape::max_rank + 1> lengths{}, a{}, b{};
};

Index stride_of(const Shape& shape, Index axis_from_right) {
    if (axis_from_right > shape.rank() || shape[-axis_from_right] == 1) return 0;
    Index stride = 1;
    for (Index i = 1; i < axis_from_right; ++i) stride *= shape[-i];
    return stride;
}

Walk walk_of(const Shape& out, const Shape& a, const Shape& b) {
    if (a == b) return {1, {out.size()}, {1}, {1}};
    Walk walk;
    for (Index i = out.rank(); i >= 1; --i) {  // outermost first
        const Index length = out[-i], sa = stride_of(a, i), sb = stride_of(b, i);
        if (length == 1) continue;
        const auto last = static_cast<std::size_t>(walk.axes - 1), next = static_cast<std::size_t>(walk.axes);
        if (walk.axes > 0 && walk.a[last] == sa * length && walk.b[last] == sb * length) {
            walk.lengths[last] *= length;
            walk.a[last] = sa;
            walk.b[last] = sb;
        } else {
            walk.lengths[next] = length;
            walk.a[next] = sa;
            walk.b[next] = sb;
            ++walk.axes;
        }
    }
    if (walk.axes == 0) walk = {1, {1}, {0}, {0}};
    return walk;
}

template <Real T>
void binary_numbers(OpCode code, const Value& a, const Value& b, const Value& y) {
    const Walk walk = walk_of(y.shape, a.shape, b.shape);
    const auto inner = static_cast<std::size_t>(walk.axes - 1);
    if (walk.axes == 1) {
        kernels::binary(code, a.data<T>(), walk.a[0], b.data<T>(), walk.b[0], y.data<T>(), walk.lengths[0]);
        return;
    }
    std::vector<Index> offsets_a{0}, offsets_b{0};
    for (std::size_t axis = 0; axis < inner; ++axis) {  // outer axes, odometer order
        std::vector<Index> next_a, next_b;
        next_a.reserve(offsets_a.size() * static_cast<std::size_t>(walk.lengths[axis]));
        next_b.reserve(next_a.capacity());
        for (std::size_t o = 0; o < offsets_a.size(); ++o)
            for (Index i = 0; i < walk.lengths[axis]; ++i) {
                next_a.push_back(offsets_a[o] + i * walk.a[axis]);
                next_b.push_back(offsets_b[o] + i * walk.b[axis]);
            }
        offsets_a = std::move(next_a);
        offsets_b = std::move(next_b);
    }
    kernels::binary_blocks(code, a.data<T>(), offsets_a.data(), walk.a[inner], b.data<T>(), offsets_b.data(),
                           walk.b[inner], y.data<T>(), static_cast<Index>(offsets_a.size()), walk.lengths[inner]);
}

template <class Formula>
Computed binary_forward(std::span<const Tensor> inputs, const Attributes&) {
    require_same_dtype(Formula::info.name, inputs);
    const Value &a = value_of(inputs[0]), &b = value_of(inputs[1]);
    Value y(broadcast_shape(Formula::info.name, a.shape, b.shape), a.dtype);
    if (y.shape.size() > 0)
        dispatch(a.dtype, [&](auto t) { binary_numbers<decltype(t)>(Formula::info.code, a, b, y); });
    return {{std::move(y)}};
}

template <class Formula>
Tensors binary_vjp(const VjpCall& call) {
    const Tensor &a = call.x(0), &b = call.x(1);
    Tensors slopes(2);
    if (call.wanted[0]) slopes[0] = sum_to(Formula::vjp_a(a, b, call.y(), call.g()), a.shape());
    if (call.wanted[1]) slopes[1] = sum_to(Formula::vjp_b(a, b, call.y(), call.g()), b.shape());
    return slopes;
}

template <class Formula>
Tensors binary_jvp(const JvpCall& call) {
    const Tensor &a = call.inputs[0], &b = call.inputs[1], &y = call.outputs[0];
    const Tensor &ta = call.tangents[0], &tb = call.tangents[1];
    Tensor slope;
    if (ta) slope = Formula::vjp_a(a, b, y, broadcast_to(ta, y.shape()));
    if (tb) {
        const Tensor other = Formula::vjp_b(a, b, y, broadcast_to(tb, y.shape()));
        slope = slope ? slope + other : other;
    }
    return {slope};
}

template <class Formula>
constexpr Op binary_row() {
    Op op{Formula::info.code, Formula::info.name, binary_forward<Formula>};
    if constexpr (Formula::info.differentiable) {
        op.vjp = binary_vjp<Formula>;
        op.tangents = Forward::diagonal;
        op.jvp = binary_jvp<Formula>;
    }
    return op;
}

// --- where -----------------------------------------------------------------------------------------------------------

Computed where_forward(std::span<const Tensor> inputs, const Attributes&) {
    const Value &mask = value_of(inputs[0]), &a = value_of(inputs[1]), &b = value_of(inputs[2]);
    Value y(a.shape, a.dtype);  // where() has broadcast all three
    dispatch(a.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::where(mask.data<T>(), 1, a.data<T>(), 1, b.data<T>(), 1, y.data<T>(), y.shape.size());
    });
    return {{std::move(y)}};
}

Tensors where_vjp(const VjpCall& call) {
    const Tensor &mask = call.x(0), &g = call.g(), zero = zeros_like(g);
    Tensors slopes(3);
    if (call.wanted[1]) slopes[1] = where(mask, g, zero);
    if (call.wanted[2]) slopes[2] = where(mask, zero, g);
    return slopes;
}

Tensors where_jvp(const JvpCall& call) {
    const Tensor zero = zeros_like(call.outputs[0]);
    const Tensor &ta = call.tangents[1], &tb = call.tangents[2];
    if (!ta && !tb) return {Tensor()};
    return {where(call.inputs[0], ta ? ta : zero, tb ? tb : zero)};
}

/// All formulas as rows, in the order of OpCode.
template <class List, class MakeRow>
auto rows_of(MakeRow make) {
    std::array<Op, List::size> rows{};
    std::size_t next = 0;
    List::each([&]<class Formula>() { rows[next++] = make.template operator()<Formula>(); });
    return rows;
}

const auto unary_rows = rows_of<formula::UnaryOps>([]<class Formula>() { return unary_row<Formula>(); });
const auto binary_rows = rows_of<formula::BinaryOps>([]<class Formula>() { return binary_row<Formula>(); });

}  // namespace

const Op where_row{OpCode::where, "where", where_forward, where_vjp, Forward::rule, where_jvp};

std::span<const Op> elementwise_unary_rows() { return unary_rows; }
std::span<const Op> elementwise_binary_rows() { return binary_rows; }

namespace {

const Op& row(OpCode code) {
    const auto first_unary = static_cast<std::size_t>(OpCode::neg),
               first_binary = static_cast<std::size_t>(OpCode::add);
    const auto i = static_cast<std::size_t>(code);
    return i < first_binary ? unary_rows[i - first_unary] : binary_rows[i - first_binary];
}

}  // namespace

Tensor elementwise(OpCode code, const Tensor& x) { return apply_one(row(code), {x}); }
Tensor elementwise(OpCode code, const Tensor& a, const Tensor& b) { return apply_one(row(code), {a, b}); }
Tensor elementwise(OpCode code, const Tensor& a, double b) { return apply_one(row(code), {a, scalar(b, a.dtype())}); }
Tensor elementwise(OpCode code, double a, const Tensor& b) { return apply_one(row(code), {scalar(a, b.dtype()), b}); }

Tensor where(const Tensor& mask, const Tensor& a, const Tensor& b) {
    require_same_dtype("where", std::array{mask, a, b});
    const Shape shape = broadcast_shape("where", mask.shape(), broadcast_shape("where", a.shape(), b.shape()));
    return apply_one(where_row, {broadcast_to(mask, shape), broadcast_to(a, shape), broadcast_to(b, shape)});
}

// --- sentences -------------------------------------------------------------------------------------------------------

Tensor selu(const Tensor& x) {  // Klambauer et al. 2017, equation 14: the fixed point of mean 0 and variance 1
    constexpr double alpha = 1.6732632423543772848, scale = 1.0507009873554804934;
    return elu(x, alpha) * scale;
}

Tensor clamp(const Tensor& x, double low, double high) {
    require(low <= high, "clamp: low must not exceed high: they are ", low, " and ", high, "; swap them");
    return minimum(maximum(x, low), high);
}

}  // namespace gradpath
