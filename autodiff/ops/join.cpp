// Tensors joined along an axis and cut again: concat and split are each other's adjoint. What a split's user left
// unused has no cotangent, and counts as zeros.
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rows.hpp>
#include <gradpath/autodiff/ops/strided.hpp>

#include <numeric>

namespace gradpath {
namespace {

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

Computed split_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const auto& [axis, lengths] = attributes.as<SplitAttributes>();
    const Strides sx = strides_of(x.shape);
    Computed computed;
    Index start = 0;
    for (const Index length : lengths) {
        Value y(x.shape.with(axis, length), x.dtype);
        copy(y.shape, x, start * sx[static_cast<std::size_t>(axis)], sx, y, 0, strides_of(y.shape));
        computed.outputs.push_back(std::move(y));
        start += length;
    }
    return computed;
}
Tensors split_vjp(const VjpCall& call) {
    Tensors pieces(call.cotangents.begin(), call.cotangents.end());
    for (std::size_t i = 0; i < pieces.size(); ++i)
        if (!pieces[i]) pieces[i] = zeros_like(call.outputs[i]);
    return {concat(pieces, call.attributes.as<SplitAttributes>().axis)};
}

}  // namespace

const Op concat_row{OpCode::concat, "concat", concat_forward, concat_vjp, Forward::linear};
const Op split_row{OpCode::split, "split", split_forward, split_vjp, Forward::linear};

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

Tensor stack(const std::vector<Tensor>& parts, Index axis) {
    require(!parts.empty(), "stack: at least one tensor is needed");
    const Shape shape = parts[0].shape();
    axis = normal_axis("stack", axis, shape.rank() + 1);
    std::vector<Tensor> thin;
    for (const Tensor& part : parts) {
        require<ShapeError>(part.shape() == shape, "stack: shapes must be equal: got ", shape, " and ", part.shape());
        thin.push_back(reshape(part, shape.slice(0, axis).joined({1}).joined(shape.slice(axis, shape.rank()))));
    }
    require_same_dtype("stack", parts);
    return concat(thin, axis);
}

std::vector<Tensor> split(const Tensor& x, const std::vector<Index>& lengths, Index axis) {
    axis = normal_axis("split", axis, x.rank());
    require(!lengths.empty(), "split: at least one length is needed");
    for (const Index length : lengths)
        require<ShapeError>(0 <= length && length <= x.shape()[axis], "split: lengths must lie in 0 .. ",
                            x.shape()[axis], ", the length of axis ", axis, ": got ", length);
    const Index whole = std::accumulate(lengths.begin(), lengths.end(), Index(0));
    require<ShapeError>(whole == x.shape()[axis], "split: the lengths must add up to ", x.shape()[axis], ", axis ",
                        axis, " of ", x.shape(), ": they give ", whole);
    return apply(split_row, {x}, Attributes::of(SplitAttributes{axis, lengths}));
}

std::vector<Tensor> chunk(const Tensor& x, Index count, Index axis) {
    axis = normal_axis("chunk", axis, x.rank());
    const Index length = x.shape()[axis];
    require<ShapeError>(count > 0 && length % count == 0, "chunk: ", count, " equal pieces of ", length, ", axis ",
                        axis, " of ", x.shape(), ", do not exist; split takes lengths");
    return split(x, std::vector<Index>(static_cast<std::size_t>(count), length / count), axis);
}

}  // namespace gradpath
