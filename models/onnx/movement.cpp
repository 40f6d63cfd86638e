// Operators that only move numbers: each is one movement of tensors, which moved() applies to whole numbers, too.
#include <algorithm>
#include <numeric>

#include <gradpath/autodiff/linalg.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

Value reshaped(const Value& x, const std::vector<Index>& lengths) {
    const Shape shape{std::span(lengths)};
    return moved(x, [&](const Tensor& t) { return reshape(t, shape); });
}

Index product(const std::vector<Index>& lengths, std::size_t first, std::size_t last) {
    return Shape(std::span(lengths).subspan(first, last - first)).size();
}

// Lengths with 0 (that of the input, unless allowzero) and one -1 (what is left) filled in.
std::vector<Index> completed(std::vector<Index> lengths, const Shape& from, bool allow_zero) {
    for (std::size_t i = 0; i < lengths.size(); ++i)
        if (lengths[i] == 0 && !allow_zero) lengths[i] = from[static_cast<Index>(i)];
    const auto open = std::ranges::find(lengths, -1);
    if (open == lengths.end()) return lengths;
    *open = 1;
    const Index rest = Shape(std::span(lengths)).size();
    require<ShapeError>(rest > 0 && from.size() % rest == 0, "the length -1 must come out whole: ", from, " to ",
                        Shape(std::span(lengths)));
    *open = from.size() / rest;
    return lengths;
}

struct Slices {
    std::vector<Index> starts, ends, axes, steps;
};

Slices slices_of(const Call& call) {
    Slices s;
    const bool inputs = call.opset >= 10;
    s.starts = inputs ? call.whole(1) : call.integers("starts");
    s.ends = inputs ? call.whole(2) : call.integers("ends");
    s.axes.resize(s.starts.size());
    std::iota(s.axes.begin(), s.axes.end(), Index{0});
    if (const auto named = call.listed("axes", 3)) s.axes = *named;
    s.steps.assign(s.starts.size(), 1);
    if (call.given(4)) s.steps = call.whole(4);
    const std::size_t n = s.starts.size();
    require<ShapeError>(s.ends.size() == n && s.axes.size() == n && s.steps.size() == n,
                        "starts, ends, axes and steps must be equally many");
    return s;
}

Answer pieces(const Value& x, const std::vector<Index>& lengths, Index axis) {
    Answer parts;
    Index first = 0;
    for (const Index length : lengths) {
        require<ShapeError>(length >= 0 && length <= x.shape()[axis] - first,
                            "the pieces must add up to the axis, which is ", x.shape()[axis], " long");
        parts.push_back(moved(x, [&](const Tensor& t) { return slice(t, axis, first, first + length); }));
        first += length;
    }
    require<ShapeError>(first == x.shape()[axis], "the pieces must add up to the axis: ", first, " of ",
                        x.shape()[axis]);
    return parts;
}

Index block_of(const Call& call) {
    const Index block = call.integer("blocksize");
    require(block >= 1 && block <= 1 << 20, "blocksize must be at least 1: it is ", block);
    require<ShapeError>(call.input(0).shape().rank() == 4, "pictures have four axes: got ", call.input(0).shape());
    return block;
}

}  // namespace

Answer reshape_to(const Call& call) {
    const std::vector<Index> wanted = call.needed("shape", 1);
    return {reshaped(call.input(0), completed(wanted, call.input(0).shape(), call.integer("allowzero") != 0))};
}

Answer flattened(const Call& call) {
    const std::vector<Index> lengths = list(call.input(0).shape());
    const Index rank = call.input(0).shape().rank(), named = call.integer("axis", 1);
    const auto axis = static_cast<std::size_t>(named == rank ? rank : call.axis(rank, 1));
    return {reshaped(call.input(0), {product(lengths, 0, axis), product(lengths, axis, lengths.size())})};
}

Answer squeezed(const Call& call) {
    const Shape& shape = call.input(0).shape();
    std::vector<Index> lengths;
    const auto named = call.listed("axes", 1);
    const std::vector<Index> axes = normal_axes(named.value_or(std::vector<Index>{}), shape.rank());
    for (Index i = 0; i < shape.rank(); ++i) {
        const bool drop = named ? std::ranges::find(axes, i) != axes.end() : shape[i] == 1;
        require<ShapeError>(!drop || shape[i] == 1, "only axes of length 1 can go: axis ", i, " of ", shape);
        if (!drop) lengths.push_back(shape[i]);
    }
    return {reshaped(call.input(0), lengths)};
}

Answer unsqueezed(const Call& call) {
    const std::vector<Index> named = call.needed("axes", 1);
    const Shape& shape = call.input(0).shape();
    const Index rank = shape.rank() + static_cast<Index>(named.size());
    const std::vector<Index> axes = normal_axes(named, rank);
    std::vector<Index> lengths;
    Index next = 0;
    for (Index i = 0; i < rank; ++i) lengths.push_back(std::ranges::find(axes, i) != axes.end() ? 1 : shape[next++]);
    return {reshaped(call.input(0), lengths)};
}

Answer transposed(const Call& call) {
    std::vector<Index> axes(static_cast<std::size_t>(call.input(0).shape().rank()));
    std::iota(axes.rbegin(), axes.rend(), Index{0});
    axes = call.integers("perm", axes);
    return {moved(call.input(0), [&](const Tensor& t) { return permute(t, axes); })};
}

Answer expanded(const Call& call) {
    const std::vector<Index> wanted = call.whole(1);
    const Shape shape = broadcast_shape("Expand", call.input(0).shape(), Shape(std::span(wanted)));
    return {moved(call.input(0), [&](const Tensor& t) { return broadcast_to(t, bounded(list(shape))); })};
}

Answer tiled(const Call& call) {
    const Shape& shape = call.input(0).shape();
    std::vector<Index> repeats = call.whole(1);
    if (call.opset < 6) {  // tiles and axis
        const Index axis = normal_axis("Tile", call.whole(2).at(0), shape.rank()), times = repeats.at(0);
        repeats.assign(static_cast<std::size_t>(shape.rank()), 1);
        repeats[static_cast<std::size_t>(axis)] = times;
    }
    require<ShapeError>(static_cast<Index>(repeats.size()) == shape.rank(), "repeats must be one per axis: there are ",
                        repeats.size(), " for ", shape);
    std::vector<Index> lengths;
    const Shape times = Shape(std::span(repeats));  // none negative
    for (Index i = 0; i < shape.rank(); ++i) lengths.push_back(Shape{shape[i], times[i]}.size());
    bounded(lengths);
    return {moved(call.input(0), [&](const Tensor& t) { return tile(t, repeats); })};
}

Answer joined_along(const Call& call) {
    const Index axis = call.axis(call.input(0).shape().rank(), call.opset < 4 ? 1 : 0);
    return {moved(call.inputs, [&](const std::vector<Tensor>& parts) { return concat(parts, axis); })};
}

Answer split_into(const Call& call) {
    const Value& x = call.input(0);
    const Index axis = call.axis(x.shape().rank(), 0), length = x.shape()[axis];
    if (const auto lengths = call.listed("split", 1)) return pieces(x, *lengths, axis);
    const Index count = static_cast<Index>(call.node.outputs.size()), each = (length + count - 1) / count;
    std::vector<Index> lengths;
    for (Index i = 0; i < count; ++i) lengths.push_back(std::max(std::min(each, length - i * each), Index{0}));
    return pieces(x, lengths, axis);
}

Answer sliced(const Call& call) {
    const Slices s = slices_of(call);
    Value y = call.input(0);
    const std::vector<Index> axes = normal_axes(s.axes, y.shape().rank());
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const Range range{.first = s.starts[i], .last = s.ends[i], .step = s.steps[i]};
        if (s.steps[i] == 1 && s.starts[i] == 0 && s.ends[i] >= y.shape()[axes[i]]) continue;
        y = moved(y, [&](const Tensor& t) { return slice(t, axes[i], range); });
    }
    return {y};
}

// Two orders of the same three factors: depth (block, block, channels) or channels (channels, block, block).
Answer depth_to_space(const Call& call) {
    const Index b = block_of(call);
    const Shape& s = call.input(0).shape();
    require<ShapeError>(s[1] % (b * b) == 0, "blocks must divide the channels: ", b, " x ", b, " and ", s[1]);
    const Index channels = s[1] / (b * b);
    const bool depth_first = call.word("mode", "DCR") == "DCR";
    return {moved(call.input(0), [&](const Tensor& x) {
        const Tensor cut = depth_first ? reshape(x, {s[0], b, b, channels, s[2], s[3]})
                                       : reshape(x, {s[0], channels, b, b, s[2], s[3]});
        const Tensor woven =
            permute(cut, depth_first ? std::vector<Index>{0, 3, 4, 1, 5, 2} : std::vector<Index>{0, 1, 4, 2, 5, 3});
        return reshape(woven, Shape{s[0], channels, s[2] * b, s[3] * b});
    })};
}

Answer space_to_depth(const Call& call) {
    const Index b = block_of(call);
    const Shape& s = call.input(0).shape();
    require<ShapeError>(s[2] % b == 0 && s[3] % b == 0, "blocks must divide the picture: ", b, " and ", s);
    return {moved(call.input(0), [&](const Tensor& x) {
        const Tensor cut = reshape(x, {s[0], s[1], s[2] / b, b, s[3] / b, b});
        return reshape(permute(cut, {0, 3, 5, 1, 2, 4}), Shape{s[0], s[1] * b * b, s[2] / b, s[3] / b});
    })};
}

// moved() takes numbers only, so what is cut off becomes a place of its own.
Answer triangle(const Call& call) {
    const Value& x = call.input(0);
    const Index diagonal = call.given(1) ? call.whole(1).at(0) : 0;
    constexpr Index far = Index{1} << 40;
    const Index k = std::clamp(diagonal, -far, far);
    const bool upper = call.integer("upper", 1) != 0;
    const Value zero = filled(Shape(std::vector<Index>(static_cast<std::size_t>(x.shape().rank()), 1)), 0, x.element());
    require<ShapeError>(x.shape().rank() >= 2, "matrices are needed: got ", x.shape());
    const Tensor all = ones(x.shape(), DType::float64);
    return {moved({x, zero}, [&](const std::vector<Tensor>& parts) {
        const Tensor mask = (upper ? triu(all, k) : tril(all, k)).to(parts[0].dtype());
        return where(mask, parts[0], parts[1]);
    })};
}

Answer compressed(const Call& call) {
    Value x = call.input(0);
    Index axis = 0;
    if (call.has("axis")) axis = call.axis(x.shape().rank(), 0);
    else x = reshaped(x, {x.size()});
    const std::vector<Index> keep = call.whole(1);
    std::vector<Index> positions;
    for (std::size_t i = 0; i < keep.size(); ++i)
        if (keep[i] != 0) positions.push_back(static_cast<Index>(i));
    const Indices kept({static_cast<Index>(positions.size())}, positions);
    return {moved(x, [&](const Tensor& t) { return gather(t, kept, axis); })};
}

// The first lengths[row] steps of each row back to front, the rest as they are.
Answer reversed_sequences(const Call& call) {
    const Shape& shape = call.input(0).shape();
    const Index batch = call.integer("batch_axis", 1), time = call.integer("time_axis", 0);
    require(shape.rank() >= 2 && batch + time == 1 && (batch == 0 || batch == 1),
            "batch_axis and time_axis must be 0 and 1: they are ", batch, " and ", time);
    const std::vector<Index> lengths = call.whole(1);
    require<ShapeError>(static_cast<Index>(lengths.size()) == shape[batch], "lengths must be one per row: there are ",
                        lengths.size(), " for ", shape[batch]);
    const Index inner = shape.slice(2, shape.rank()).size();
    std::vector<Index> positions;
    for (Index i = 0; i < shape[0]; ++i)
        for (Index j = 0; j < shape[1]; ++j) {
            const Index row = batch == 0 ? i : j, step = batch == 0 ? j : i,
                        length = lengths[static_cast<std::size_t>(row)];
            require(length >= 0 && length <= shape[time], "lengths must lie in 0 .. ", shape[time], ": one is ",
                    length);
            const Index from = step < length ? length - 1 - step : step;
            positions.push_back(batch == 0 ? row * shape[1] + from : from * shape[1] + row);
        }
    const Indices order({shape[0] * shape[1]}, positions);
    return {moved(call.input(0), [&](const Tensor& x) {
        return reshape(gather(reshape(x, Shape{shape[0] * shape[1], inner}), order), shape);
    })};
}

}  // namespace gradpath::models::onnx
