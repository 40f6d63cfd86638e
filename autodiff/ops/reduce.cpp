// Reductions. Adjacent reduced axes are one loop; scattered ones are reduced run by run, innermost first, which is the
// same number for sum and max and, since log Σ exp(log Σ exp) telescopes, for logsumexp too.
#include <algorithm>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/reduce.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

/// A run of adjacent axes, all reduced.
using Run = ReduceAttributes;

/// The lengths with 1 in place of each of the run.
Shape reduced_shape(const Shape& shape, const Run& run) {
    Shape out = shape;
    for (Index i = run.first; i < run.last; ++i) out = out.with(i, 1);
    return out;
}

template <auto Kernel32, auto Kernel64>
Computed run_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const Run run = attributes.as<Run>();
    Value y(reduced_shape(x.shape, run), x.dtype);
    const Index outer = x.shape.slice(0, run.first).size(), length = x.shape.slice(run.first, run.last).size(),
                inner = x.shape.slice(run.last, x.shape.rank()).size();
    if (x.dtype == DType::float32) Kernel32(x.data<float>(), y.data<float>(), outer, length, inner);
    else Kernel64(x.data<double>(), y.data<double>(), outer, length, inner);
    return {{std::move(y)}};
}

/// Sums every axis that `shape` lacks or has with length 1, run by run, innermost first.
Computed sum_to_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Shape& shape = attributes.as<Shape>();
    const Index extra = inputs[0].rank() - shape.rank();
    const auto reduced = [&](Index i) { return i < extra || shape[i - extra] == 1; };
    Tensor y = detached(inputs[0]);
    for (Index last = y.rank(); last > 0;) {
        Index first = last - 1;
        if (reduced(first)) {
            while (first > 0 && reduced(first - 1)) --first;
            y = make_tensor(sum_row.forward(std::span(&y, 1), Attributes::of(Run{first, last})).outputs[0]);
        }
        last = first;
    }
    return {{Value(shape, y.dtype(), value_of(y).buffer)}};
}
Tensors sum_to_vjp(const VjpCall& call) { return {broadcast_to(call.g(), call.x().shape())}; }

/// Without options: of all numbers, to shape {}. The most frequent sum is one small node then.
Computed sum_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    if (attributes) return run_forward<kernels::sum<float>, kernels::sum<double>>(inputs, attributes);
    const Value& x = value_of(inputs[0]);
    Value y(Shape{}, x.dtype);
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::sum(static_cast<const T*>(x.data<T>()), y.data<T>(), 1, x.shape.size(), 1);
    });
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

Tensor reduce(const Op& row, const Tensor& x, const Reduce& options) {
    std::vector<Index> axes = normal_axes(row.name, x, options.axes);
    const Shape left = without_axes(x.shape(), axes, options.keep);
    const bool scattered = !axes.empty() && axes.back() - axes.front() + 1 != static_cast<Index>(axes.size());
    Tensor y = scattered && row.code == OpCode::max ? axes_last(x, axes) : x;  // all ties must be seen at once
    for (std::size_t last = axes.size(); last > 0;) {                          // runs of adjacent axes, innermost first
        std::size_t first = last - 1;
        while (first > 0 && axes[first - 1] + 1 == axes[first]) --first;
        y = apply_one(row, {y}, Attributes::of(Run{axes[first], axes[last - 1] + 1}));
        last = first;
    }
    return reshape(y, left);
}

void require_elements(const char* op, const Tensor& x, const Reduce& options) {
    require<ShapeError>(reduced_size(op, x, options) > 0, op,
                        ": there must be at least one element to compare: the shape is ", x.shape());
}

Indices first_largest(const char* op, const Tensor& x, Index axis) {
    axis = normal_axis(op, axis, x.rank());
    const Shape& shape = x.shape();
    require<ShapeError>(shape[axis] > 0, op, ": axis ", axis, " is empty: the shape is ", shape);
    const Shape out = shape.slice(0, axis).joined(shape.slice(axis + 1, shape.rank()));
    std::vector<Index> positions(static_cast<std::size_t>(out.size()));
    dispatch(x.dtype(), [&](auto t) {
        kernels::argmax(x.data<decltype(t)>().data(), positions.data(), shape.slice(0, axis).size(), shape[axis],
                        shape.slice(axis + 1, shape.rank()).size());
    });
    return Indices(out, positions);
}

}  // namespace

const Op sum_row{OpCode::sum, "sum", sum_forward, sum_vjp, Forward::linear};
const Op max_row{OpCode::max, "max",         run_forward<kernels::max<float>, kernels::max<double>>,
                 max_vjp,     Forward::rule, max_jvp};
const Op logsumexp_row{
    OpCode::logsumexp, "logsumexp",   run_forward<kernels::logsumexp<float>, kernels::logsumexp<double>>,
    logsumexp_vjp,     Forward::rule, logsumexp_jvp};

const Op sum_to_row{OpCode::sum_to, "sum_to", sum_to_forward, sum_to_vjp, Forward::linear};

std::vector<Index> normal_axes(const char* op, const Tensor& x, const std::vector<Index>& named) {
    std::vector<Index> axes;
    for (const Index axis : named) axes.push_back(normal_axis(op, axis, x.rank()));
    if (named.empty())
        for (Index i = 0; i < x.rank(); ++i) axes.push_back(i);
    std::sort(axes.begin(), axes.end());
    require<ShapeError>(std::adjacent_find(axes.begin(), axes.end()) == axes.end(), op, ": an axis is named twice");
    return axes;
}

Shape without_axes(const Shape& shape, const std::vector<Index>& axes, bool keep) {
    std::vector<Index> left;
    for (Index i = 0; i < shape.rank(); ++i) {
        const bool reduced = std::binary_search(axes.begin(), axes.end(), i);
        if (!reduced || keep) left.push_back(reduced ? 1 : shape[i]);
    }
    return Shape(std::span<const Index>(left));
}

Index reduced_size(const char* op, const Tensor& x, const Reduce& options) {
    Index count = 1;
    for (const Index axis : normal_axes(op, x, options.axes)) count *= x.shape()[axis];
    return count;
}

Tensor axes_last(const Tensor& x, std::vector<Index>& axes) {
    std::vector<Index> order;
    for (Index i = 0; i < x.rank(); ++i)
        if (!std::binary_search(axes.begin(), axes.end(), i)) order.push_back(i);
    const Index kept = static_cast<Index>(order.size());
    order.insert(order.end(), axes.begin(), axes.end());
    for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = kept + static_cast<Index>(i);
    return permute(x, order);
}

Tensor sum(const Tensor& x, const Reduce& options) {
    return options.axes.empty() && !options.keep ? apply_one(sum_row, {x}) : reduce(sum_row, x, options);
}

Tensor mean(const Tensor& x, const Reduce& options) {
    const Index count = reduced_size("mean", x, options);
    require<ShapeError>(count > 0, "mean: there must be at least one element to average: the shape is ", x.shape());
    return sum(x, options) / static_cast<double>(count);
}

Tensor max(const Tensor& x, const Reduce& options) {
    require_elements("max", x, options);
    return reduce(max_row, x, options);
}

Tensor min(const Tensor& x, const Reduce& options) {
    require_elements("min", x, options);
    return -reduce(max_row, -x, options);
}

Tensor logsumexp(const Tensor& x, const Reduce& options) { return reduce(logsumexp_row, x, options); }

Tensor sum_to(const Tensor& x, const Shape& shape) {
    if (x.shape() == shape && !context().trace) return x;  // a graph must not depend on the number of rows
    const Index extra = x.rank() - shape.rank();
    require<ShapeError>(extra >= 0, "sum_to: shape ", shape, " has more axes than ", x.shape());
    for (Index i = extra; i < x.rank(); ++i)
        require<ShapeError>(shape[i - extra] == 1 || shape[i - extra] == x.shape()[i], "sum_to: ", x.shape(),
                            " is not a broadcast of ", shape);
    return apply_one(sum_to_row, {x}, Attributes::of(shape));
}

Indices argmax(const Tensor& x, Index axis) { return first_largest("argmax", x, axis); }
Indices argmin(const Tensor& x, Index axis) { return first_largest("argmin", -detached(x), axis); }

}  // namespace gradpath
