// One position per number along an axis: take_along_axis reads there, add_along_axis adds there, and each is the
// other's adjoint. Additions run in the order of the positions, so repeated ones give the same bits always.
#include <algorithm>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/index.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

using Places = GatherAttributes;

/// f(place along the whole axis, place among the positions) for each position; blocks before the axis may run at once.
template <class F>
void each_place(const Places& o, F f) {
    const Shape& shape = o.positions.shape();
    const Index outer = shape.slice(0, o.axis).size(), inner = shape.slice(o.axis + 1, shape.rank()).size();
    const Index block = shape[o.axis] * inner, whole = o.length * inner;
    const Index* const at = o.positions.data().data();
    kernels::parallel_for(outer, std::max<Index>(1, 16384 / std::max<Index>(1, block)), [=](Index first, Index last) {
        for (Index i = first; i < last; ++i)
            for (Index line = i * block; line < (i + 1) * block; line += inner)
                for (Index j = 0; j < inner; ++j) f(i * whole + at[line + j] * inner + j, line + j);
    });
}

Computed take_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const Places& o = attributes.as<Places>();
    Value y(o.positions.shape(), x.dtype);
    dispatch(x.dtype, [&](auto t) {
        const auto* from = x.data<decltype(t)>();
        auto* to = y.data<decltype(t)>();
        each_place(o, [=](Index whole, Index part) { to[part] = from[whole]; });
    });
    return {{std::move(y)}};
}
Tensors take_vjp(const VjpCall& call) {
    const auto& [at, axis, length] = call.attributes.as<Places>();
    return {add_along_axis(call.g(), at, axis, length)};
}

Computed add_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const Places& o = attributes.as<Places>();
    Value y(x.shape.with(o.axis, o.length), x.dtype);
    dispatch(x.dtype, [&](auto t) {
        const auto* from = x.data<decltype(t)>();
        auto* to = y.data<decltype(t)>();
        kernels::fill(to, decltype(t)(0), y.shape.size());
        each_place(o, [=](Index whole, Index part) { to[whole] += from[part]; });
    });
    return {{std::move(y)}};
}
Tensors add_vjp(const VjpCall& call) {
    const auto& [at, axis, length] = call.attributes.as<Places>();
    return {take_along_axis(call.g(), at, axis)};
}

}  // namespace

const Op take_along_axis_row{OpCode::take_along_axis, "take_along_axis", take_forward, take_vjp, Forward::linear};
const Op add_along_axis_row{OpCode::add_along_axis, "add_along_axis", add_forward, add_vjp, Forward::linear};

Tensor take_along_axis(const Tensor& x, const Indices& positions, Index axis) {
    axis = normal_axis("take_along_axis", axis, x.rank());
    const Shape &shape = x.shape(), &at = positions.shape();
    require<ShapeError>(at.rank() == shape.rank() && at.with(axis, 0) == shape.with(axis, 0),
                        "take_along_axis: shapes must agree except along axis ", axis, ": x has ", shape,
                        ", the positions ", at);
    require_in_range("take_along_axis", positions, shape[axis]);
    return apply_one(take_along_axis_row, {x}, Attributes::of(Places{positions, axis, shape[axis]}));
}

Tensor add_along_axis(const Tensor& x, const Indices& positions, Index axis, Index length) {
    axis = normal_axis("add_along_axis", axis, x.rank());
    require<ShapeError>(positions.shape() == x.shape(), "add_along_axis: one position per number is needed: x has ",
                        x.shape(), ", the positions ", positions.shape());
    require_in_range("add_along_axis", positions, length);
    return apply_one(add_along_axis_row, {x}, Attributes::of(Places{positions, axis, length}));
}

}  // namespace gradpath
