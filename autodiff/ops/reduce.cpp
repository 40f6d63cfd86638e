// Reductions. Adjacent reduced axes are one loop; scattered ones are reduced run by run, innermost first, which is the same
// number for sum and max and, since log Σ exp(log Σ exp) telescopes, for logsumexp too.
#include <algorithm>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

/// A run of adjacent axes first .. last-1, all reduced.
struct Run {
    Index first, last;
};

Shape reduced_shape(const Shape& shape, const Run& run, bool keep) {
    Shape out = shape.slice(0, run.first);
    if (keep)
        for (Index i = run.first; i < run.last; ++i) out = out.joined({1});
    return out.joined(shape.slice(run.last, shape.rank()));
}

template <auto Kernel32, auto Kernel64>
Computed run_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const Run run = attributes.as<Run>();
    Value y(reduced_shape(x.shape, run, true), x.dtype);
    const Index outer = x.shape.slice(0, run.first).size(), length = x.shape.slice(run.first, run.last).size(),
                inner = x.shape.slice(run.last, x.shape.rank()).size();
    if (x.dtype == DType::float32) Kernel32(x.data<float>(), y.data<float>(), outer, length, inner);
    else Kernel64(x.data<double>(), y.data<double>(), outer, length, inner);
    return {{std::move(y)}};
}

Tensors sum_vjp(const VjpCall& call) { return {broadcast_to(call.g(), call.x().shape())}; }

/// 1 / (number of ties) at each maximum, 0 elsewhere.
Tensor max_weights(const Tensor& x, const Tensor& y, const Attributes& attributes) {
    const Tensor ties = equal(x, y);
    return ties / apply_one(sum_row, {ties}, attributes);
}
Tensors max_vjp(const VjpCall& call) { return {call.g() * max_weights(call.x(), call.y(), call.attributes)}; }
Tensors max_jvp(const JvpCall& call) {
    const Tensor weights = max_weights(call.inputs[0], call.outputs[0], call.attributes);
    return {apply_one(sum_row, {call.tangents[0] * weights}, call.attributes)};
}

Tensors logsumexp_vjp(const VjpCall& call) { return {call.g() * exp(call.x() - call.y())}; }
Tensors logsumexp_jvp(const JvpCall& call) {
    return {apply_one(sum_row, {call.tangents[0] * exp(call.inputs[0] - call.outputs[0])}, call.attributes)};
}

std::vector<Index> normal_axes(const char* op, const Tensor& x, const Reduce& options) {
    std::vector<Index> axes;
    for (const Index axis : options.axes) axes.push_back(normal_axis(op, axis, x.rank()));
    if (options.axes.empty())
        for (Index i = 0; i < x.rank(); ++i) axes.push_back(i);
    std::sort(axes.begin(), axes.end());
    require<ShapeError>(std::adjacent_find(axes.begin(), axes.end()) == axes.end(), op, ": an axis is named twice");
    return axes;
}

Tensor reduce(const Op& row, const Tensor& x, const Reduce& options) {
    const std::vector<Index> axes = normal_axes(row.name, x, options);
    Tensor y = x;
    for (std::size_t last = axes.size(); last > 0;) {  // runs of adjacent axes, innermost first
        std::size_t first = last - 1;
        while (first > 0 && axes[first - 1] + 1 == axes[first]) --first;
        y = apply_one(row, {y}, Attributes::of(Run{axes[first], axes[last - 1] + 1}));
        last = first;
    }
    if (options.keep || axes.empty()) return y;
    std::vector<Index> left;
    for (Index i = 0; i < x.rank(); ++i)
        if (!std::binary_search(axes.begin(), axes.end(), i)) left.push_back(x.shape()[i]);
    return reshape(y, Shape(std::span<const Index>(left)));
}

Index reduced_size(const Tensor& x, const Reduce& options) {
    Index count = 1;
    for (const Index axis : normal_axes("reduce", x, options)) count *= x.shape()[axis];
    return count;
}

}  // namespace

const Op sum_row{OpCode::sum, "sum", run_forward<kernels::sum<float>, kernels::sum<double>>, sum_vjp, Forward::linear};
const Op max_row{OpCode::max, "max", run_forward<kernels::max<float>, kernels::max<double>>, max_vjp, Forward::rule, max_jvp};
const Op logsumexp_row{OpCode::logsumexp, "logsumexp", run_forward<kernels::logsumexp<float>, kernels::logsumexp<double>>,
                       logsumexp_vjp, Forward::rule, logsumexp_jvp};

Tensor sum(const Tensor& x, const Reduce& options) { return reduce(sum_row, x, options); }

Tensor mean(const Tensor& x, const Reduce& options) {
    const Index count = reduced_size(x, options);
    require<ShapeError>(count > 0, "mean: there must be at least one element to average: the shape is ", x.shape());
    return sum(x, options) / static_cast<double>(count);
}

Tensor max(const Tensor& x, const Reduce& options) {
    require<ShapeError>(reduced_size(x, options) > 0, "max: there must be at least one element to compare: the shape is ",
                        x.shape());
    return reduce(max_row, x, options);
}

Tensor logsumexp(const Tensor& x, const Reduce& options) { return reduce(logsumexp_row, x, options); }

Tensor sum_to(const Tensor& x, const Shape& shape) {
    if (x.shape() == shape) return x;
    const Index extra = x.rank() - shape.rank();
    require<ShapeError>(extra >= 0, "sum_to: shape ", shape, " has more axes than ", x.shape());
    std::vector<Index> axes;
    for (Index i = 0; i < x.rank(); ++i)
        if (i < extra || (shape[i - extra] == 1 && x.shape()[i] != 1)) axes.push_back(i);
        else require<ShapeError>(shape[i - extra] == x.shape()[i], "sum_to: ", x.shape(), " is not a broadcast of ", shape);
    if (axes.empty()) return reshape(x, shape);
    return reshape(sum(x, {.axes = axes, .keep = true}), shape);
}

Indices argmax(const Tensor& x, Index axis) {
    axis = normal_axis("argmax", axis, x.rank());
    const Shape& shape = x.shape();
    require<ShapeError>(shape[axis] > 0, "argmax: axis ", axis, " is empty: the shape is ", shape);
    const Shape out = shape.slice(0, axis).joined(shape.slice(axis + 1, shape.rank()));
    std::vector<Index> positions(static_cast<std::size_t>(out.size()));
    dispatch(x.dtype(), [&](auto t) {
        kernels::argmax(x.data<decltype(t)>().data(), positions.data(), shape.slice(0, axis).size(), shape[axis],
                        shape.slice(axis + 1, shape.rank()).size());
    });
    return Indices(out, positions);
}

}  // namespace gradpath
