// Ops that move numbers without changing them. All are linear, and each one's adjoint is another of them: reshape
// undoes reshape, permute permute, sum broadcast, slice concat, and pad and slice are each other's.
#include <algorithm>
#include <array>
#include <numeric>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

using Strides = std::vector<Index>;

Strides strides_of(const Shape& shape) {
    Strides strides(static_cast<std::size_t>(shape.rank()));
    Index step = 1;
    for (Index i = shape.rank() - 1; i >= 0; --i) {
        strides[static_cast<std::size_t>(i)] = step;
        step *= shape[i];
    }
    return strides;
}

/// y[i..] = x[i..] for index tuples within `lengths`; each side with its own start and strides.
void copy(const Shape& lengths, const Value& x, Index start_x, const Strides& sx, const Value& y, Index start_y,
          const Strides& sy) {
    if (lengths.size() == 0) return;
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::copy_strided(std::span<const Index>(lengths.begin(), lengths.end()),
                              static_cast<const T*>(x.data<T>()) + start_x, std::span<const Index>(sx),
                              y.data<T>() + start_y, std::span<const Index>(sy));
    });
}

// --- reshape ---------------------------------------------------------------------------------------------------------

Computed reshape_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    return {{Value(attributes.as<Shape>(), x.dtype, x.buffer)}};  // shares the numbers
}
Tensors reshape_vjp(const VjpCall& call) { return {reshape(call.g(), call.x().shape())}; }

// --- permute ---------------------------------------------------------------------------------------------------------

Computed permute_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const auto& axes = attributes.as<PermuteAttributes>().axes;
    const Strides sx = strides_of(x.shape);
    std::vector<Index> lengths;
    Strides walk;
    for (const Index axis : axes) {
        lengths.push_back(x.shape[axis]);
        walk.push_back(sx[static_cast<std::size_t>(axis)]);
    }
    Value y(Shape(std::span<const Index>(lengths)), x.dtype);
    copy(y.shape, x, 0, walk, y, 0, strides_of(y.shape));
    return {{std::move(y)}};
}
Tensors permute_vjp(const VjpCall& call) {
    const auto& axes = call.attributes.as<PermuteAttributes>().axes;
    std::vector<Index> back(axes.size());
    for (std::size_t i = 0; i < axes.size(); ++i) back[static_cast<std::size_t>(axes[i])] = static_cast<Index>(i);
    return {permute(call.g(), back)};
}

// --- broadcast_to ----------------------------------------------------------------------------------------------------

Computed broadcast_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    Value y(attributes.as<Shape>(), x.dtype);
    const Strides sx = strides_of(x.shape);
    Strides walk(static_cast<std::size_t>(y.shape.rank()), 0);
    for (Index i = 1; i <= x.shape.rank(); ++i)
        if (x.shape[-i] != 1) *(walk.end() - i) = *(sx.end() - i);
    copy(y.shape, x, 0, walk, y, 0, strides_of(y.shape));
    return {{std::move(y)}};
}
Tensors broadcast_vjp(const VjpCall& call) { return {sum_to(call.g(), call.x().shape())}; }

// --- concat ----------------------------------------------------------------------------------------------------------

Computed concat_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Index axis = attributes.as<ConcatAttributes>().axis;
    Index length = 0;
    for (const Tensor& part : inputs) length += part.shape()[axis];
    Value y(inputs[0].shape().with(axis, length), inputs[0].dtype());
    const Strides sy = strides_of(y.shape);
    Index start = 0;
    for (const Tensor& part : inputs) {
        copy(part.shape(), value_of(part), 0, strides_of(part.shape()), y, start * sy[static_cast<std::size_t>(axis)],
             sy);
        start += part.shape()[axis];
    }
    return {{std::move(y)}};
}
Tensors concat_vjp(const VjpCall& call) {
    const Index axis = call.attributes.as<ConcatAttributes>().axis;
    Tensors slopes(call.inputs.size());
    Index first = 0;
    for (std::size_t i = 0; i < slopes.size(); ++i) {
        const Index last = first + call.x(i).shape()[axis];
        if (call.wanted[i]) slopes[i] = slice(call.g(), axis, first, last);
        first = last;
    }
    return slopes;
}

// --- slice and pad ---------------------------------------------------------------------------------------------------

Computed slice_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const SliceAttributes range = attributes.as<SliceAttributes>();
    Value y(x.shape.with(range.axis, range.last - range.first), x.dtype);
    const Strides sx = strides_of(x.shape);
    copy(y.shape, x, range.first * sx[static_cast<std::size_t>(range.axis)], sx, y, 0, strides_of(y.shape));
    return {{std::move(y)}};
}
Tensors slice_vjp(const VjpCall& call) {
    const SliceAttributes range = call.attributes.as<SliceAttributes>();
    std::vector<Padding> padding(static_cast<std::size_t>(call.x().rank()));
    padding[static_cast<std::size_t>(range.axis)] = {range.first, call.x().shape()[range.axis] - range.last};
    return {pad(call.g(), padding)};
}

Computed pad_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const PadAttributes& o = attributes.as<PadAttributes>();
    Shape shape = x.shape;
    for (Index i = 0; i < shape.rank(); ++i) {
        const Padding p = o.axes[static_cast<std::size_t>(i)];
        shape = shape.with(i, shape[i] + p.before + p.after);
    }
    Value y(shape, x.dtype);
    dispatch(x.dtype,
             [&](auto t) { kernels::fill(y.data<decltype(t)>(), static_cast<decltype(t)>(o.value), shape.size()); });
    const Strides sy = strides_of(shape);
    Index start = 0;
    for (std::size_t i = 0; i < sy.size(); ++i) start += o.axes[i].before * sy[i];
    copy(x.shape, x, 0, strides_of(x.shape), y, start, sy);
    return {{std::move(y)}};
}
Tensors pad_vjp(const VjpCall& call) {
    Tensor inside = call.g();
    const auto& axes = call.attributes.as<PadAttributes>().axes;
    for (Index i = 0; i < inside.rank(); ++i) {
        const Index first = axes[static_cast<std::size_t>(i)].before;
        inside = slice(inside, i, first, first + call.x().shape()[i]);
    }
    return {inside};
}
Tensors pad_jvp(const JvpCall& call) { return {pad(call.tangents[0], call.attributes.as<PadAttributes>().axes)}; }

}  // namespace

const Op reshape_row{OpCode::reshape, "reshape", reshape_forward, reshape_vjp, Forward::linear};
const Op permute_row{OpCode::permute, "permute", permute_forward, permute_vjp, Forward::linear};
const Op broadcast_to_row{OpCode::broadcast_to, "broadcast_to", broadcast_forward, broadcast_vjp, Forward::linear};
const Op concat_row{OpCode::concat, "concat", concat_forward, concat_vjp, Forward::linear};
const Op slice_row{OpCode::slice, "slice", slice_forward, slice_vjp, Forward::linear};
const Op pad_row{OpCode::pad, "pad",         pad_forward,
                 pad_vjp,     Forward::rule, pad_jvp};  // affine: a tangent is padded with zeros

Tensor reshape(const Tensor& x, const Shape& shape) {
    require<ShapeError>(x.size() == shape.size(), "reshape: ", x.shape(), " holds ", x.size(), " numbers and ", shape,
                        " holds ", shape.size(), "; they must be equal");
    if (x.shape() == shape && !context().trace) return x;  // a graph must not depend on the number of rows
    return apply_one(reshape_row, {x}, Attributes::of(shape));
}

Tensor reshape(const Tensor& x, std::initializer_list<Index> lengths) {
    std::vector<Index> filled(lengths);
    const auto open = std::find(filled.begin(), filled.end(), Index(-1));
    if (open != filled.end()) {
        Index rest = 1;
        for (const Index length : filled) rest *= length == -1 ? 1 : length;
        require<ShapeError>(std::count(filled.begin(), filled.end(), Index(-1)) == 1,
                            "reshape: at most one length may be -1");
        require<ShapeError>(rest > 0 && x.size() % rest == 0, "reshape: ", x.size(), " numbers do not divide by ", rest,
                            ", the product of the given lengths");
        *open = x.size() / rest;
    }
    return reshape(x, Shape(std::span<const Index>(filled)));
}

Tensor flatten(const Tensor& x) {
    const Index rows = x.rows();
    return reshape(x, Shape{rows, x.shape().slice(1, x.rank()).size()});
}

Tensor permute(const Tensor& x, const std::vector<Index>& axes) {
    std::vector<Index> normal;
    for (const Index axis : axes) normal.push_back(normal_axis("permute", axis, x.rank()));
    std::vector<Index> sorted = normal, all(static_cast<std::size_t>(x.rank()));
    std::sort(sorted.begin(), sorted.end());
    std::iota(all.begin(), all.end(), Index(0));
    require<ShapeError>(sorted == all, "permute: every axis of ", x.shape(), " must be named once: got ", axes.size(),
                        " axes");
    if (normal == all) return x;
    return apply_one(permute_row, {x}, Attributes::of(PermuteAttributes{normal}));
}

Tensor transpose(const Tensor& x) {
    require<ShapeError>(x.rank() >= 2, "transpose: at least two axes are needed: the shape is ", x.shape());
    std::vector<Index> axes(static_cast<std::size_t>(x.rank()));
    std::iota(axes.begin(), axes.end(), Index(0));
    std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
    return permute(x, axes);
}

Tensor broadcast_to(const Tensor& x, const Shape& shape) {
    if (x.shape() == shape && !context().trace) return x;
    require<ShapeError>(broadcast_shape("broadcast_to", x.shape(), shape) == shape, "broadcast_to: ", x.shape(),
                        " does not broadcast to ", shape, "; lengths must be equal or 1");
    return apply_one(broadcast_to_row, {x}, Attributes::of(shape));
}

Tensor concat(const std::vector<Tensor>& parts, Index axis) {
    require(!parts.empty(), "concat: at least one tensor is needed");
    require_same_dtype("concat", parts);
    axis = normal_axis("concat", axis, parts[0].rank());
    for (const Tensor& part : parts)
        require<ShapeError>(
            part.rank() == parts[0].rank() && part.shape().with(axis, 0) == parts[0].shape().with(axis, 0),
            "concat: shapes must agree except along axis ", axis, ": got ", parts[0].shape(), " and ", part.shape());
    if (parts.size() == 1) return parts[0];
    return apply_one(concat_row, parts, Attributes::of(ConcatAttributes{axis}));
}

Tensor slice(const Tensor& x, Index axis, Index first, Index last) {
    axis = normal_axis("slice", axis, x.rank());
    const Index length = x.shape()[axis];
    require<ShapeError>(0 <= first && first <= last && last <= length, "slice: ", first, " .. ", last,
                        " is not within 0 .. ", length, ", axis ", axis, " of ", x.shape());
    if (first == 0 && last == length && !context().trace) return x;
    return apply_one(slice_row, {x}, Attributes::of(SliceAttributes{axis, first, last}));
}

Tensor pad(const Tensor& x, const std::vector<Padding>& axes, double value) {
    require<ShapeError>(static_cast<Index>(axes.size()) == x.rank(), "pad: one padding per axis of ", x.shape(),
                        " is needed: got ", axes.size());
    bool any = false;
    for (const Padding p : axes) {
        require<ShapeError>(p.before >= 0 && p.after >= 0, "pad: paddings must not be negative: got ", p.before,
                            " and ", p.after, "; use slice to cut");
        any = any || p.before > 0 || p.after > 0;
    }
    if (!any) return x;
    return apply_one(pad_row, {x}, Attributes::of(PadAttributes{axes, value}));
}

}  // namespace gradpath
