// Ops that show the same numbers in another shape or order. All are linear, and reshape undoes reshape, permute
// permute, sum_to broadcast_to. Also the copy between strides that those in join.cpp and slice.cpp are made of.
#include <algorithm>
#include <numeric>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rows.hpp>
#include <gradpath/autodiff/ops/strided.hpp>

namespace gradpath {
namespace {

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

}  // namespace

const Op reshape_row{OpCode::reshape, "reshape", reshape_forward, reshape_vjp, Forward::linear};
const Op permute_row{OpCode::permute, "permute", permute_forward, permute_vjp, Forward::linear};
const Op broadcast_to_row{OpCode::broadcast_to, "broadcast_to", broadcast_forward, broadcast_vjp, Forward::linear};

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

}  // namespace gradpath
