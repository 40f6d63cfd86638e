// Convolution and its two adjoints. With ⟨dy, conv(x, w)⟩ trilinear in (dy, x, w), each op is the trilinear form with
// one argument left open, so the VJP of each is the other two: second order needs no new code.
#include <gradpath/autodiff/ops/conv2d.hpp>

#include <array>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/kernels/windows.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

using Geometry = Conv2dAttributes;

kernels::ConvGeometry geometry_of(const Geometry& o) {
    using kernels::window_count;
    const auto& [options, x, w, per_row] = o;
    return {
        .rows = x[0],
        .channels = x[1],
        .height = x[2],
        .width = x[3],
        .filters = w[0],
        .kernel_height = w[2],
        .kernel_width = w[3],
        .stride_height = options.stride.height,
        .stride_width = options.stride.width,
        .padding_height = options.padding.height,
        .padding_width = options.padding.width,
        .dilation_height = options.dilation.height,
        .dilation_width = options.dilation.width,
        .groups = options.groups,
        .out_height = window_count(x[2], w[2], options.stride.height, options.padding.height, options.dilation.height),
        .out_width = window_count(x[3], w[3], options.stride.width, options.padding.width, options.dilation.width)};
}

Shape out_shape(const Geometry& o) {
    const auto g = geometry_of(o);
    return {g.rows, g.filters, g.out_height, g.out_width};
}

void check(const Shape& x, const Shape& w, const Conv2d& o) {
    require<ShapeError>(x.rank() == 4, "conv2d: x must be [rows, channels, height, width]: its shape is ", x);
    require<ShapeError>(w.rank() == 4,
                        "conv2d: the weight must be [filters, channels/groups, height, width]: its shape is ", w);
    check_convolution("conv2d", x, w, o);
}

/// The shape in which a bias meets pictures.
Shape per_filter(const Tensor& bias) { return {bias.size(), 1, 1}; }

Computed conv2d_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Geometry& o = attributes.as<Geometry>();
    const Value &x = value_of(inputs[0]), &w = value_of(inputs[1]);
    Value y(out_shape(o), x.dtype);
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        const T* const bias = inputs.size() == 3 ? inputs[2].data<T>().data() : nullptr;
        kernels::conv2d(geometry_of(o), static_cast<const T*>(x.data<T>()), static_cast<const T*>(w.data<T>()), bias,
                        y.data<T>());
    });
    return {{std::move(y)}};
}

Computed input_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Geometry& o = attributes.as<Geometry>();
    const Value &dy = value_of(inputs[0]), &w = value_of(inputs[1]);
    Value dx(o.x, dy.dtype);
    dispatch(dy.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::conv2d_input_vjp(geometry_of(o), static_cast<const T*>(dy.data<T>()),
                                  static_cast<const T*>(w.data<T>()), dx.data<T>());
    });
    return {{std::move(dx)}};
}

Computed weight_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Geometry& o = attributes.as<Geometry>();
    const Value &x = value_of(inputs[0]), &dy = value_of(inputs[1]);
    Value dw(o.per_row ? Shape{o.x[0]}.joined(o.weight) : o.weight, x.dtype);
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::conv2d_weight_vjp(geometry_of(o), static_cast<const T*>(x.data<T>()),
                                   static_cast<const T*>(dy.data<T>()), dw.data<T>(), o.per_row);
    });
    return {{std::move(dw)}};
}

Tensors conv2d_vjp(const VjpCall& call) {
    const Geometry& o = call.attributes.as<Geometry>();
    Tensors slopes(call.inputs.size());
    if (call.wanted[0]) slopes[0] = conv2d_input_vjp(call.g(), call.x(1), o.x, o.options);
    if (call.wanted[1]) slopes[1] = conv2d_weight_vjp(call.x(0), call.g(), o.weight, o.options);
    if (slopes.size() == 3 && call.wanted[2])
        slopes[2] = reshape(sum_to(call.g(), per_filter(call.x(2))), call.x(2).shape());
    return slopes;
}

Tensors bias_jvp(const JvpCall& call) {
    const Conv2d& options = call.attributes.as<Geometry>().options;
    const Tensor &tx = call.tangents[0], &tw = call.tangents[1], &tb = call.tangents[2];
    Tensor total;
    if (tx) total = conv2d(tx, call.inputs[1], options);
    if (tw) total = plus(total, conv2d(call.inputs[0], tw, options));
    if (tb) total = plus(total, broadcast_to(reshape(tb, per_filter(tb)), call.outputs[0].shape()));
    return {total};
}

Tensors bias_expand(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Tensor& bias = inputs[2];
    return {conv2d(inputs[0], inputs[1], attributes.as<Geometry>().options) + reshape(bias, per_filter(bias))};
}

Tensors input_vjp(const VjpCall& call) {  // inputs (dy, w), cotangent h shaped like x
    const Geometry& o = call.attributes.as<Geometry>();
    Tensors slopes(2);
    if (call.wanted[0]) slopes[0] = conv2d(call.g(), call.x(1), o.options);
    if (call.wanted[1]) slopes[1] = conv2d_weight_vjp(call.g(), call.x(0), o.weight, o.options);
    return slopes;
}

/// Inputs (x, dy), cotangent h shaped like the weight. Per row, each image meets its own h: the rows join the groups.
Tensors weight_vjp(const VjpCall& call) {
    const Geometry& o = call.attributes.as<Geometry>();
    Tensors slopes(2);
    if (!o.per_row) {
        if (call.wanted[0]) slopes[0] = conv2d_input_vjp(call.x(1), call.g(), o.x, o.options);
        if (call.wanted[1]) slopes[1] = conv2d(call.x(0), call.g(), o.options);
        return slopes;
    }
    Conv2d options = o.options;
    options.groups *= o.x[0];
    const Shape y = call.x(1).shape();
    const Shape wide_x{1, o.x[0] * o.x[1], o.x[2], o.x[3]}, wide_y{1, y[0] * y[1], y[2], y[3]},
        wide_w{o.x[0] * o.weight[0], o.weight[1], o.weight[2], o.weight[3]};
    const Tensor h = reshape(call.g(), wide_w);
    if (call.wanted[0]) slopes[0] = reshape(conv2d_input_vjp(reshape(call.x(1), wide_y), h, wide_x, options), o.x);
    if (call.wanted[1]) slopes[1] = reshape(conv2d(reshape(call.x(0), wide_x), h, options), y);
    return slopes;
}

}  // namespace

const Op conv2d_row{OpCode::conv2d, "conv2d", conv2d_forward, conv2d_vjp, Forward::multilinear};
const Op conv2d_bias_row{OpCode::conv2d_bias, "conv2d_bias", conv2d_forward, conv2d_vjp,
                         Forward::rule,       bias_jvp,      bias_expand};
const Op conv2d_input_vjp_row{OpCode::conv2d_input_vjp, "conv2d_input_vjp", input_forward, input_vjp,
                              Forward::multilinear};
const Op conv2d_weight_vjp_row{OpCode::conv2d_weight_vjp, "conv2d_weight_vjp", weight_forward, weight_vjp,
                               Forward::multilinear};

void check_sizes(const char* op, const char* what, std::initializer_list<Size2> sizes) {
    constexpr Index most = Index{1} << 30;
    for (const Size2 size : sizes)
        require(size.height <= most && size.width <= most, op, ": ", what, " must be at most 2^30: one of them is ",
                size.height, " by ", size.width);
}

void check_sliding(const char* op, const Conv2d& o) {
    require(o.stride.height > 0 && o.stride.width > 0 && o.dilation.height > 0 && o.dilation.width > 0, op,
            ": stride and dilation must be at least 1");
    require(o.padding.height >= 0 && o.padding.width >= 0, op, ": padding must not be negative; use slice to cut");
    check_sizes(op, "stride, padding and dilation", {o.stride, o.padding, o.dilation});
}

void check_convolution(const char* op, const Shape& x, const Shape& w, const Conv2d& o) {
    check_sliding(op, o);
    require<ShapeError>(o.groups > 0 && x[1] % o.groups == 0 && w[0] % o.groups == 0, op,
                        ": groups must divide channels and filters: ", o.groups, " groups, ", x[1], " channels, ", w[0],
                        " filters");
    require<ShapeError>(w[1] * o.groups == x[1], op, ": channels differ: x has ", x[1], ", the weight ", w[1],
                        " per group of ", o.groups);
    require<ShapeError>(w.slice(2, w.rank()).size() > 0, op, ": the kernel is empty: the weight's shape is ", w);
    const bool tall = x.rank() == 4;
    require<ShapeError>(o.dilation.width * (w[-1] - 1) < x[-1] + 2 * o.padding.width &&
                            (!tall || o.dilation.height * (w[2] - 1) < x[2] + 2 * o.padding.height),
                        op, ": the kernel of ", w, " reaches beyond the padded ", tall ? "image" : "signal", " of ", x);
}

Tensor conv2d(const Tensor& x, const Tensor& weight, const Conv2d& options) {
    require_same_dtype("conv2d", std::array{x, weight});
    check(x.shape(), weight.shape(), options);
    return apply_one(conv2d_row, {x, weight}, Attributes::of(Geometry{options, x.shape(), weight.shape()}));
}

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2d& options) {
    require_same_dtype("conv2d", std::array{x, weight, bias});
    check(x.shape(), weight.shape(), options);
    require<ShapeError>(bias.shape() == Shape{weight.rows()},
                        "conv2d: the bias must have one number per filter, shape ", Shape{weight.rows()},
                        ": its shape is ", bias.shape());
    const Geometry geometry{options, x.shape(), weight.shape()};
    return apply_one(conv2d_bias_row, Tensors{x, weight, bias}, Attributes::of(geometry));
}

Tensor conv2d_input_vjp(const Tensor& dy, const Tensor& weight, const Shape& input, const Conv2d& options) {
    require_same_dtype("conv2d_input_vjp", std::array{dy, weight});
    check(input, weight.shape(), options);
    const Geometry geometry{options, input, weight.shape()};
    require<ShapeError>(dy.shape() == out_shape(geometry), "conv2d_input_vjp: the cotangent must have shape ",
                        out_shape(geometry), ": got ", dy.shape());
    return apply_one(conv2d_input_vjp_row, {dy, weight}, Attributes::of(geometry));
}

Tensor conv2d_weight_vjp(const Tensor& x, const Tensor& dy, const Shape& weight, const Conv2d& options, bool per_row) {
    require_same_dtype("conv2d_weight_vjp", std::array{x, dy});
    check(x.shape(), weight, options);
    const Geometry geometry{options, x.shape(), weight, per_row};
    require<ShapeError>(dy.shape() == out_shape(geometry), "conv2d_weight_vjp: the cotangent must have shape ",
                        out_shape(geometry), ": got ", dy.shape());
    return apply_one(conv2d_weight_vjp_row, {x, dy}, Attributes::of(geometry));
}

}  // namespace gradpath
