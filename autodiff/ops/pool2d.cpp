// Pools. max_pool2d keeps the positions of its winners; with those fixed it is a gather, whose adjoint scatters: the
// two are each other's derivative. avg_pool2d is linear and has its own adjoint.
#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/kernels/windows.hpp>
#include <gradpath/autodiff/memory.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/conv2d.hpp>
#include <gradpath/autodiff/ops/rectified.hpp>
#include <gradpath/autodiff/ops/rows.hpp>
#include <gradpath/autodiff/rectified.hpp>

namespace gradpath {
namespace {

using Winners = std::shared_ptr<const std::int32_t[]>;
using Geometry = Pool2dAttributes;

kernels::PoolGeometry geometry_of(const Geometry& g) {
    const auto& [o, x, winners] = g;
    return {.planes = x[0] * x[1],
            .height = x[2],
            .width = x[3],
            .kernel_height = o.kernel.height,
            .kernel_width = o.kernel.width,
            .stride_height = o.stride.height,
            .stride_width = o.stride.width,
            .padding_height = o.padding.height,
            .padding_width = o.padding.width,
            .out_height = kernels::window_count(x[2], o.kernel.height, o.stride.height, o.padding.height),
            .out_width = kernels::window_count(x[3], o.kernel.width, o.stride.width, o.padding.width)};
}

Shape out_shape(const Geometry& o) {
    const auto g = geometry_of(o);
    return {o.x[0], o.x[1], g.out_height, g.out_width};
}

Geometry check(const char* op, const Tensor& x, Pool2d o) {
    require<ShapeError>(x.rank() == 4, op, ": x must be [rows, channels, height, width]: its shape is ", x.shape());
    require<ShapeError>(x.shape()[2] > 0 && x.shape()[3] > 0, op, ": there must be something to pool: the shape is ",
                        x.shape());
    if (o.stride == Size2(0)) o.stride = o.kernel;
    require(o.kernel.height > 0 && o.kernel.width > 0 && o.stride.height > 0 && o.stride.width > 0, op,
            ": kernel and stride must be at least 1");
    check_sizes(op, "kernel and stride", {o.kernel, o.stride});
    require(o.padding.height >= 0 && o.padding.width >= 0 && o.padding.height <= o.kernel.height / 2 &&
                o.padding.width <= o.kernel.width / 2,
            op, ": padding must lie in 0 .. half the kernel: got ", o.padding.height, " and ", o.padding.width);
    require<ShapeError>(
        o.kernel.height <= x.shape()[2] + 2 * o.padding.height && o.kernel.width <= x.shape()[3] + 2 * o.padding.width,
        op, ": the window of ", o.kernel.height, " by ", o.kernel.width, " reaches beyond the padded image of ",
        x.shape());
    return {o, x.shape()};
}

/// Room for `count` positions, from the pool; not set.
std::shared_ptr<std::int32_t[]> positions(Index count) {
    const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(std::int32_t);
    const auto release = [bytes](std::int32_t* block) { memory::release(block, bytes); };
    return {static_cast<std::int32_t*>(memory::allocate(bytes)), release};
}

Computed max_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const Geometry& o = attributes.as<Geometry>();
    Value y(out_shape(o), x.dtype);
    const auto winners = positions(y.shape.size());
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::max_pool2d(geometry_of(o), static_cast<const T*>(x.data<T>()), y.data<T>(), winners.get());
    });
    return {{std::move(y)}, Attributes::of(Winners(winners))};
}

Computed max_relu_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    Computed computed = max_forward(inputs, attributes);
    const Value& y = computed.outputs[0];
    dispatch(y.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::unary(OpCode::relu, static_cast<const T*>(y.data<T>()), y.data<T>(), y.shape.size());
    });
    return computed;
}

/// Inputs: one tensor shaped like y; output shaped like x.
Computed scatter_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& dy = value_of(inputs[0]);
    const Geometry& o = attributes.as<Geometry>();
    Value dx(o.x, dy.dtype);
    dispatch(dy.dtype, [&](auto t) {
        using T = decltype(t);
        if (o.winners)
            kernels::max_pool2d_scatter(geometry_of(o), static_cast<const T*>(dy.data<T>()), o.winners.get(),
                                        dx.data<T>());
        else kernels::avg_pool2d_vjp(geometry_of(o), static_cast<const T*>(dy.data<T>()), dx.data<T>());
    });
    return {{std::move(dx)}};
}

/// Inputs: one tensor shaped like x; output shaped like y.
Computed gather_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const Geometry& o = attributes.as<Geometry>();
    Value y(out_shape(o), x.dtype);
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        if (o.winners)
            kernels::max_pool2d_gather(geometry_of(o), static_cast<const T*>(x.data<T>()), o.winners.get(),
                                       y.data<T>());
        else kernels::avg_pool2d(geometry_of(o), static_cast<const T*>(x.data<T>()), y.data<T>());
    });
    return {{std::move(y)}};
}

Attributes with_winners(const Attributes& attributes, const Attributes& saved) {
    Geometry o = attributes.as<Geometry>();
    o.winners = saved.as<Winners>();
    return Attributes::of(o);
}

Tensors max_vjp(const VjpCall& call) {
    return {apply_one(max_pool2d_vjp_row, {call.g()}, with_winners(call.attributes, call.saved))};
}
Tensors max_jvp(const JvpCall& call) {
    return {apply_one(max_pool2d_gather_row, {call.tangents[0]}, with_winners(call.attributes, call.saved))};
}
Tensors max_relu_expand(std::span<const Tensor> inputs, const Attributes& attributes) {
    return {apply_one(max_pool2d_row, {relu(inputs[0])}, attributes)};
}
Tensors max_vjp_vjp(const VjpCall& call) { return {apply_one(max_pool2d_gather_row, {call.g()}, call.attributes)}; }
Tensors max_gather_vjp(const VjpCall& call) { return {apply_one(max_pool2d_vjp_row, {call.g()}, call.attributes)}; }
Tensors avg_vjp(const VjpCall& call) { return {apply_one(avg_pool2d_vjp_row, {call.g()}, call.attributes)}; }
Tensors avg_vjp_vjp(const VjpCall& call) { return {apply_one(avg_pool2d_row, {call.g()}, call.attributes)}; }

}  // namespace

const Op max_pool2d_row{OpCode::max_pool2d, "max_pool2d", max_forward, max_vjp, Forward::rule, max_jvp};
const Op relu_max_pool2d_row{OpCode::max_pool2d, "relu_max_pool2d",      max_relu_forward, rectified_vjp<max_vjp>,
                             Forward::rule,      rectified_jvp<max_jvp>, max_relu_expand};
const Op max_pool2d_vjp_row{OpCode::max_pool2d_vjp, "max_pool2d_vjp", scatter_forward, max_vjp_vjp, Forward::linear};
const Op max_pool2d_gather_row{OpCode::max_pool2d_gather, "max_pool2d_gather", gather_forward, max_gather_vjp,
                               Forward::linear};
const Op avg_pool2d_row{OpCode::avg_pool2d, "avg_pool2d", gather_forward, avg_vjp, Forward::linear};
const Op avg_pool2d_vjp_row{OpCode::avg_pool2d_vjp, "avg_pool2d_vjp", scatter_forward, avg_vjp_vjp, Forward::linear};

Tensor max_pool2d(const Tensor& x, const Pool2d& options) {
    return apply_one(max_pool2d_row, {x}, Attributes::of(check("max_pool2d", x, options)));
}

Tensor relu_max_pool2d(const Tensor& x, const Pool2d& options) {
    return apply_one(relu_max_pool2d_row, {x}, Attributes::of(check("relu_max_pool2d", x, options)));
}

Tensor avg_pool2d(const Tensor& x, const Pool2d& options) {
    return apply_one(avg_pool2d_row, {x}, Attributes::of(check("avg_pool2d", x, options)));
}

}  // namespace gradpath
