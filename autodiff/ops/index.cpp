// Numbers at positions. gather copies slices, scatter_add adds them back: each is the other's adjoint. Additions run
// in the order of the positions, so repeated positions give the same bits always.
#include <algorithm>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/index.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

/// [outer, length, width] on one side, [outer, count, width] on the other.
struct Sizes {
    Index outer, length, count, width;
};

template <Real T>
void pick(const Sizes& s, const Index* at, const T* x, T* y) {
    const Index grain = std::max<Index>(1, 16384 / std::max<Index>(1, s.width));
    kernels::parallel_for(s.outer * s.count, grain, [=](Index first, Index last) {
        Index block = first / s.count, k = first % s.count;
        for (Index i = first; i < last; ++i) {
            const T* const from = x + (block * s.length + at[k]) * s.width;
            if (s.width == 1) y[i] = *from;
            else std::copy_n(from, s.width, y + i * s.width);
            if (++k == s.count) ++block, k = 0;
        }
    });
}

template <Real T>
void add(const Sizes& s, const Index* at, const T* x, T* y) {
    const Index whole = s.length * s.width, part = s.count * s.width;
    kernels::parallel_for(s.outer, std::max<Index>(1, 16384 / std::max<Index>(1, whole)), [=](Index first, Index last) {
        std::fill(y + first * whole, y + last * whole, T(0));
        for (Index block = first; block < last; ++block)
            for (Index k = 0; k < s.count; ++k) {
                T* const sum = y + block * whole + at[k] * s.width;
                const T* const from = x + block * part + k * s.width;
                for (Index j = 0; j < s.width; ++j) sum[j] += from[j];
            }
    });
}

Computed gather_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const GatherAttributes& o = attributes.as<GatherAttributes>();
    const Indices& at = o.positions;
    const Shape outer = x.shape.slice(0, o.axis), inner = x.shape.slice(o.axis + 1, x.shape.rank());
    Value y(outer.joined(at.shape()).joined(inner), x.dtype);
    const Sizes sizes{outer.size(), o.length, at.size(), inner.size()};
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        pick(sizes, at.data().data(), static_cast<const T*>(x.data<T>()), y.data<T>());
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
    const Shape outer = x.shape.slice(0, o.axis), inner = x.shape.slice(o.axis + at.shape().rank(), x.shape.rank());
    Value y(outer.joined({o.length}).joined(inner), x.dtype);
    const Sizes sizes{outer.size(), o.length, at.size(), inner.size()};
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        add(sizes, at.data().data(), static_cast<const T*>(x.data<T>()), y.data<T>());
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
    const std::span<const Index> at = positions.data();
    for (std::size_t i = 0; i < at.size(); ++i)
        require(0 <= at[i] && at[i] < length, op, ": positions must lie in [0, ", length, "): position ", i, " is ",
                at[i]);
}

Tensor gather(const Tensor& x, const Indices& positions, Index axis) {
    axis = normal_axis("gather", axis, x.rank());
    require_in_range("gather", positions, x.shape()[axis]);
    return apply_one(gather_row, {x}, Attributes::of(GatherAttributes{positions, axis, x.shape()[axis]}));
}

Tensor scatter_add(const Tensor& x, const Indices& positions, Index axis, Index length) {
    const Index rank = x.rank() + 1 - positions.shape().rank();  // of the result
    axis = normal_axis("scatter_add", axis, rank > 0 ? rank : x.rank());
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
