// Part of an axis, and padding around one: a plain slice and pad are each other's adjoint. The adjoint of steps adds
// the cotangent back into zeros; a walk backwards turns it first.
#include <algorithm>
#include <cstdlib>
#include <numeric>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rows.hpp>
#include <gradpath/autodiff/ops/strided.hpp>

namespace gradpath {
namespace {

Computed slice_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const auto [axis, first, last, step] = attributes.as<SliceAttributes>();
    Value y(x.shape.with(axis, (last - first) / step), x.dtype);
    Strides sx = strides_of(x.shape);
    Index& stride = sx[static_cast<std::size_t>(axis)];
    const Index start = first * stride;
    stride *= step;
    copy(y.shape, x, start, sx, y, 0, strides_of(y.shape));
    return {{std::move(y)}};
}

Tensors slice_vjp(const VjpCall& call) {
    const auto [axis, first, last, step] = call.attributes.as<SliceAttributes>();
    const Index length = call.x().shape()[axis], count = (last - first) / step, stride = std::abs(step);
    const Index lowest = step > 0 ? first : last - step;
    const Tensor g = step > 0 ? call.g() : slice(call.g(), axis, {.step = -1});
    if (stride > 1) {
        std::vector<Index> places(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < places.size(); ++i) places[i] = lowest + static_cast<Index>(i) * stride;
        return {scatter_add(g, Indices(Shape{count}, places), axis, length)};
    }
    std::vector<Padding> padding(static_cast<std::size_t>(call.x().rank()));
    padding[static_cast<std::size_t>(axis)] = {lowest, length - lowest - count};
    return {pad(g, padding)};
}

/// NumPy's rule (CPython's PySlice_AdjustIndices): a bound beyond the ends is moved to where the walk begins or stops.
SliceAttributes resolved(Index axis, Index length, const Range& range) {
    const Index step = std::clamp(range.step, -length - 1, length + 1);  // longer ones take one element as well
    const Index lower = step > 0 ? 0 : -1, upper = step > 0 ? length : length - 1;
    const auto bound = [&](std::optional<Index> at, Index absent) {
        return at ? std::clamp(*at < 0 ? *at + length : *at, lower, upper) : absent;
    };
    const Index first = bound(range.first, step > 0 ? lower : upper);
    const Index last = bound(range.last, step > 0 ? upper : lower);
    const Index way = step > 0 ? last - first : first - last, stride = std::abs(step);
    const Index count = way > 0 ? (way + stride - 1) / stride : 0;
    if (count == 0) return {axis, 0, 0};
    if (count == 1) return {axis, first, first + 1};
    return {axis, first, first + count * step, step};
}

Tensor slice(const Tensor& x, const SliceAttributes& o) {
    const bool all = o.first == 0 && o.last == x.shape()[o.axis];
    if (all && o.step == 1 && !context().trace) return x;
    return apply_one(slice_row, {x}, Attributes::of(o));
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

const Op slice_row{OpCode::slice, "slice", slice_forward, slice_vjp, Forward::linear};
const Op pad_row{OpCode::pad, "pad",         pad_forward,
                 pad_vjp,     Forward::rule, pad_jvp};  // affine: a tangent is padded with zeros

Tensor slice(const Tensor& x, Index axis, Index first, Index last) {
    axis = normal_axis("slice", axis, x.rank());
    const Index length = x.shape()[axis];
    require<ShapeError>(0 <= first && first <= last && last <= length, "slice: ", first, " .. ", last,
                        " is not within 0 .. ", length, ", axis ", axis, " of ", x.shape());
    return slice(x, SliceAttributes{axis, first, last});
}

Tensor slice(const Tensor& x, Index axis, const Range& range) {
    axis = normal_axis("slice", axis, x.rank());
    require(range.step != 0, "slice: the step must not be 0");
    return slice(x, resolved(axis, x.shape()[axis], range));
}

Tensor pad(const Tensor& x, const std::vector<Padding>& axes, double value) {
    require<ShapeError>(static_cast<Index>(axes.size()) == x.rank(), "pad: one padding per axis of ", x.shape(),
                        " is needed: got ", axes.size());
    bool any = false;
    constexpr Index most = Index{1} << 60;  // so that no sum overflows; a shape has a bound of its own
    for (const Padding p : axes) {
        require<ShapeError>(p.before >= 0 && p.after >= 0, "pad: paddings must not be negative: got ", p.before,
                            " and ", p.after, "; use slice to cut");
        require<ShapeError>(p.before <= most && p.after <= most, "pad: paddings must be at most 2^60: got ", p.before,
                            " and ", p.after);
        any = any || p.before > 0 || p.after > 0;
    }
    if (!any) return x;
    return apply_one(pad_row, {x}, Attributes::of(PadAttributes{axes, value}));
}

}  // namespace gradpath
