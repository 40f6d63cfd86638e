// Running sums along an axis. The adjoint runs the other way: dx[j] adds up the g[i] of all i that j was added into.
#include <algorithm>
#include <array>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

constexpr Index strip = 64;  // columns that walk together

/// Columns first .. last-1 (at most `strip`) of one block [length, inner].
template <Real T>
void run(const Cumsum& o, const T* x, T* y, Index length, Index inner, Index first, Index last) {
    std::array<double, strip> totals{};
    for (Index step = 0; step < length; ++step) {
        const Index row = (o.reverse ? length - 1 - step : step) * inner;
        for (Index i = first; i < last; ++i) {
            double& total = totals[static_cast<std::size_t>(i - first)];
            const double before = total;
            total += static_cast<double>(x[row + i]);
            y[row + i] = static_cast<T>(o.exclusive ? before : total);
        }
    }
}

Computed cumsum_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const auto& [axis, o] = attributes.as<CumsumAttributes>();
    const Index length = x.shape[axis], inner = x.shape.slice(axis + 1, x.shape.rank()).size();
    const Index strips = (inner + strip - 1) / strip, tasks = x.shape.slice(0, axis).size() * strips;
    const Index numbers = std::max<Index>(1, length * std::min(inner, strip));
    Value y(x.shape, x.dtype);
    dispatch(x.dtype, [&, o = o](auto t) {
        using T = decltype(t);
        const T* from = x.data<T>();
        T* to = y.data<T>();
        kernels::parallel_for(tasks, std::max<Index>(1, 16384 / numbers), [&](Index first, Index last) {
            for (Index i = first; i < last; ++i) {
                const Index block = i / strips * length * inner, column = i % strips * strip;
                run(o, from + block, to + block, length, inner, column, std::min(column + strip, inner));
            }
        });
    });
    return {{std::move(y)}};
}

Tensors cumsum_vjp(const VjpCall& call) {
    const auto& [axis, o] = call.attributes.as<CumsumAttributes>();
    return {cumsum(call.g(), axis, {.exclusive = o.exclusive, .reverse = !o.reverse})};
}

}  // namespace

const Op cumsum_row{OpCode::cumsum, "cumsum", cumsum_forward, cumsum_vjp, Forward::linear};

Tensor cumsum(const Tensor& x, Index axis, const Cumsum& options) {
    axis = normal_axis("cumsum", axis, x.rank());
    return apply_one(cumsum_row, {x}, Attributes::of(CumsumAttributes{axis, options}));
}

}  // namespace gradpath
