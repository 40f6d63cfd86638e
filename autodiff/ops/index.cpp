// Numbers at positions. gather copies slices, scatter_add adds them back: each is the other's adjoint. Additions run
// in the order of the positions, so repeated positions give the same bits always.
#include <algorithm>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/index.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

Computed gather_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const GatherAttributes& o = attributes.as<GatherAttributes>();
    const Indices& at = o.positions;
    const Index axis = o.axis, length = o.length;
    const Shape outer = x.shape.slice(0, axis), inner = x.shape.slice(axis + 1, x.shape.rank());
    Value y(outer.joined(at.shape()).joined(inner), x.dtype);
    const Index count = at.size(), width = inner.size(), from = length;
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        const T* source = x.data<T>();
        T* target = y.data<T>();
        kernels::parallel_for(
            outer.size() * count, std::max<Index>(1, 16384 / std::max<Index>(1, width)), [&](Index first, Index last) {
                for (Index i = first; i < last; ++i)
                    std::copy_n(source + (i / count * from + at[i % count]) * width, width, target + i * width);
            });
    });
    return {{std::move(y)}};
}
Tensors gather_vjp(const VjpCall& call) {
    const auto& [at, axis, length] = call.attributes.as<GatherAttributes>();
    return {scatter_add(call.g(), at, axis, length)};
}

Computed scatter_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const GatherAttributes& o = attributes.as<GatherAttributes>();
    const Indices& at = o.positions;
    const Index axis = o.axis, length = o.length;
    const Shape outer = x.shape.slice(0, axis), inner = x.shape.slice(axis + at.shape().rank(), x.shape.rank());
    Value y(outer.joined({length}).joined(inner), x.dtype);
    const Index count = at.size(), width = inner.size(), to = length;
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        const T* source = x.data<T>();
        T* target = y.data<T>();
        kernels::parallel_for(outer.size(), std::max<Index>(1, 16384 / std::max<Index>(1, to * width)),
                              [&](Index first, Index last) {
                                  std::fill(target + first * to * width, target + last * to * width, T(0));
                                  for (Index i = first * count; i < last * count; ++i) {
                                      T* sum = target + (i / count * to + at[i % count]) * width;
                                      for (Index j = 0; j < width; ++j) sum[j] += source[i * width + j];
                                  }
                              });
    });
    return {{std::move(y)}};
}
Tensors scatter_vjp(const VjpCall& call) {
    const auto& [at, axis, length] = call.attributes.as<GatherAttributes>();
    return {gather(call.g(), at, axis)};
}

}  // namespace

const Op gather_row{OpCode::gather, "gather", gather_forward, gather_vjp, Forward::linear};
const Op scatter_add_row{OpCode::scatter_add, "scatter_add", scatter_forward, scatter_vjp, Forward::linear};

void require_in_range(const char* op, const Indices& positions, Index length) {
    for (Index i = 0; i < positions.size(); ++i)
        require(0 <= positions[i] && positions[i] < length, op, ": positions must lie in [0, ", length, "): position ",
                i, " is ", positions[i]);
}

Tensor gather(const Tensor& x, const Indices& positions, Index axis) {
    axis = normal_axis("gather", axis, x.rank());
    require_in_range("gather", positions, x.shape()[axis]);
    return apply_one(gather_row, {x}, Attributes::of(GatherAttributes{positions, axis, x.shape()[axis]}));
}

Tensor scatter_add(const Tensor& x, const Indices& positions, Index axis, Index length) {
    axis = normal_axis("scatter_add", axis, x.rank());
    const Index last = axis + positions.shape().rank();
    require<ShapeError>(last <= x.rank() && x.shape().slice(axis, last) == positions.shape(), "scatter_add: axes from ",
                        axis, " of ", x.shape(), " must be the shape of the positions, ", positions.shape());
    require_in_range("scatter_add", positions, length);
    return apply_one(scatter_add_row, {x}, Attributes::of(GatherAttributes{positions, axis, length}));
}

Tensor take(const Tensor& x, const Indices& positions, std::optional<Index> axis) {
    return axis ? gather(x, positions, *axis) : gather(reshape(x, {-1}), positions, 0);
}

Tensor one_hot(const Indices& positions, Index classes, DType dtype) {
    require_in_range("one_hot", positions, classes);
    Value y(positions.shape().joined({classes}), dtype);
    dispatch(dtype, [&](auto t) {
        using T = decltype(t);
        std::fill_n(y.data<T>(), y.shape.size(), T(0));
        for (Index i = 0; i < positions.size(); ++i) y.data<T>()[i * classes + positions[i]] = T(1);
    });
    return make_tensor(std::move(y));
}

}  // namespace gradpath
