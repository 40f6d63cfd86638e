// Pools over one, two or three axes. Where the engine's own pools fit they run; otherwise windows are reduced.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/families.hpp>
#include <gradpath/models/onnx/windows.hpp>

namespace gradpath::models::onnx {
namespace {

Pool2d flat_pool(const Window& w) {
    return {.kernel = {w.kernel[0], w.kernel[1]}, .stride = {w.strides[0], w.strides[1]}};
}

// Sums over windows of x without pads.
Tensor sums(const Tensor& padded, const Window& w) {
    if (w.axes() == 2 && !w.dilated()) return avg_pool2d(padded, flat_pool(w)) * static_cast<double>(w.kernel_size());
    return reshape(sum(in_windows(padded, w).real(), {.axes = {2}}), per_window(padded.shape(), padded.shape()[1], w));
}

Value lowest(const Value& x) {
    if (x.is_real()) return filled({}, -std::numeric_limits<double>::infinity(), x.element());
    return {Shape{}, {x.element() == Element::int8 ? -128 : 0}, x.element()};
}

// The largest of each window, and where it stands in the window: the first of equals.
struct Winners {
    std::vector<Index> which;  // [rows · channels · windows]
    Shape shape;
};

template <class T>
Winners winners_of(std::span<const T> cut, const Shape& shape,
                   const Shape& result) {  // [rows, channels, kernel, windows]
    Winners w{{}, result};
    const Index size = shape[2], windows = shape[3];
    for (Index plane = 0; plane < shape[0] * shape[1]; ++plane)
        for (Index o = 0; o < windows; ++o) {
            const auto at = [&](Index k) { return cut[static_cast<std::size_t>((plane * size + k) * windows + o)]; };
            Index best = 0;
            for (Index k = 1; k < size; ++k)
                if (at(k) > at(best)) best = k;
            w.which.push_back(best);
        }
    return w;
}

Winners winners_in(const Value& cut, const Shape& result) {
    if (!cut.is_real()) return winners_of(cut.whole().data(), cut.shape(), result);
    const std::vector<double> held = numbers(cut.real());
    return winners_of(std::span<const double>(held), cut.shape(), result);
}

// The largest of each window. By an op that knows that it chooses, and not by the winners' places: which number is
// taken depends on the input, and what asks a graph where it bends must see that.
Tensor largest(const Tensor& padded, const Tensor& cut, const Window& w) {
    if (w.axes() == 2 && !w.dilated()) return max_pool2d(padded, flat_pool(w));
    return reshape(max(cut, {.axes = {2}}), per_window(padded.shape(), padded.shape()[1], w));
}

// The numbers at the winners' places in the padded input: of integers, which have no graph.
Value picked(const Value& padded, const Winners& winners, const Window& w) {
    const Indices within = places(w, padded.shape());
    const Index windows = within.shape()[1], plane = padded.shape().slice(2, padded.shape().rank()).size();
    std::vector<Index> positions;
    for (std::size_t i = 0; i < winners.which.size(); ++i) {
        const Index o = static_cast<Index>(i) % windows, p = static_cast<Index>(i) / windows;
        positions.push_back(p * plane + within[winners.which[i] * windows + o]);
    }
    const Indices chosen(winners.shape, positions);
    return moved(padded, [&](const Tensor& x) { return gather(reshape(x, Shape{x.size()}), chosen); });
}

// Second output of MaxPool: places in the whole unpadded input, row-major or (storage_order 1) with the last two axes
// exchanged. They are found by pooling what is known of each place instead of the number there.
Value places_of(const Call& call, const Value& x, const Winners& winners, const Window& w) {
    const Shape& shape = x.shape();
    std::vector<Index> codes(static_cast<std::size_t>(shape.size()));
    const Index rows = shape[-2], columns = shape[-1];
    for (Index i = 0; i < shape.size(); ++i) {
        const Index rest = i % (rows * columns), column_major = i - rest + rest % columns * rows + rest / columns;
        codes[static_cast<std::size_t>(i)] = call.integer("storage_order") == 1 ? column_major : i;
    }
    return picked(around(Value(shape, std::move(codes)), w, Value(Shape{}, {-1})), winners, w);
}

// Numbers, and where asked what pads count, in each window: sums of ones, and zeros around them.
Tensor counts(const Call& call, const Tensor& x, const Window& w) {
    Window nothing = w;
    std::vector<Index> lengths = {1, 1};
    const bool pads_count = call.integer("count_include_pad") != 0;
    if (pads_count) {
        nothing.begins.assign(w.axes(), 0);
        nothing.ends.assign(w.axes(), 0);
    }
    for (std::size_t i = 0; i < w.axes(); ++i)
        lengths.push_back(x.shape()[static_cast<Index>(i) + 2] + (pads_count ? w.begins[i] + w.ends[i] : 0));
    return sums(around(ones(bounded(lengths), x.dtype()), nothing, zeros(Shape{}, x.dtype())).real(), w);
}

std::vector<Index> all_spatial(const Tensor& x) {
    require<ShapeError>(x.rank() >= 3, "spatial axes are needed: the input is ", x.shape());
    std::vector<Index> axes;
    for (Index i = 2; i < x.rank(); ++i) axes.push_back(i);
    return axes;
}

Tensor root(const Tensor& x, double p) { return p == 1 ? x : p == 2 ? sqrt(x) : gradpath::pow(x, 1 / p); }
Tensor powers(const Tensor& x, double p) {
    return p == 1 ? gradpath::abs(x) : p == 2 ? square(x) : gradpath::pow(gradpath::abs(x), p);
}

double power_of(const Call& call) {
    const double p = call.opset < 2 ? call.number("p", 2) : static_cast<double>(call.integer("p", 2));
    require(p >= 1, "p must be at least 1: it is ", p);
    return p;
}

}  // namespace

Answer max_pool(const Call& call) {
    const Value& x = call.input(0);
    const Window w = window_of(call, x.shape());
    const Value padded = around(x, w, lowest(x));
    if (padded.is_real() && w.axes() == 2 && !w.dilated() && !call.wants(1))
        return {max_pool2d(padded.real(), flat_pool(w))};
    const Value cut = in_windows(padded, w);
    if (padded.is_real() && !call.wants(1)) return {largest(padded.real(), cut.real(), w)};
    const Winners winners = winners_in(cut, per_window(x.shape(), x.shape()[1], w));
    Answer answer{padded.is_real() ? Value(largest(padded.real(), cut.real(), w)) : picked(padded, winners, w)};
    if (call.wants(1)) answer.push_back(places_of(call, x, winners, w));
    return answer;
}

Answer average_pool(const Call& call) {
    const Tensor& x = call.real(0);
    const Window w = window_of(call, x.shape());
    const Tensor total = sums(around(x, w, zeros(Shape{}, x.dtype())).real(), w);
    if (!w.padded()) return {total / static_cast<double>(w.kernel_size())};
    return {total / counts(call, x, w)};
}

Answer lp_pool(const Call& call) {
    const Tensor& x = call.real(0);
    const double p = power_of(call);
    const Window w = window_of(call, x.shape());
    return {root(sums(around(powers(x, p), w, zeros(Shape{}, x.dtype())).real(), w), p)};
}

Answer global_average_pool(const Call& call) {
    return {mean(call.real(0), {.axes = all_spatial(call.real(0)), .keep = true})};
}

Answer global_max_pool(const Call& call) {
    return {max(call.real(0), {.axes = all_spatial(call.real(0)), .keep = true})};
}

Answer global_lp_pool(const Call& call) {
    const double p = power_of(call);
    return {root(sum(powers(call.real(0), p), {.axes = all_spatial(call.real(0)), .keep = true}), p)};
}

// Puts numbers back where MaxPool took them from; all else is 0.
Answer max_unpool(const Call& call) {
    const Tensor& x = call.real(0);
    const std::vector<Index> positions = call.whole(1);
    require<ShapeError>(x.rank() >= 3 && static_cast<Index>(positions.size()) == x.size(),
                        "there must be one position per number: ", positions.size(), " for ", x.shape());
    const auto count = static_cast<std::size_t>(x.rank()) - 2;
    const std::vector<Index> kernel = call.integers("kernel_shape"),
                             strides = call.integers("strides", std::vector<Index>(count, 1));
    const std::vector<Index> pads = call.integers("pads", std::vector<Index>(2 * count, 0));
    require<ShapeError>(kernel.size() == count && strides.size() == count && pads.size() == 2 * count,
                        "kernel_shape, strides and pads must fit the spatial axes");
    std::vector<Index> lengths = list(x.shape());
    for (std::size_t i = 0; i < count; ++i)
        lengths[i + 2] = (lengths[i + 2] - 1) * strides[i] + kernel[i] - pads[i] - pads[count + i];
    const Shape natural = bounded(lengths);
    for (const Index position : positions)
        require(position >= 0 && position < natural.size(), "a position must lie within the result: ", position, " in ",
                natural);
    const Tensor placed =
        scatter_add(reshape(x, Shape{x.size()}), Indices(Shape{x.size()}, positions), 0, natural.size());
    if (!call.given(2)) return {reshape(placed, natural)};
    const std::vector<Index> wanted = call.whole(2);  // larger ones have zeros at the ends
    require<ShapeError>(wanted.size() == lengths.size(), "output_shape must have the rank of the input");
    std::vector<Padding> more;
    for (std::size_t i = 0; i < wanted.size(); ++i) more.push_back({0, wanted[i] - lengths[i]});
    return {padded(reshape(placed, natural), more, zeros(Shape{}, x.dtype()))};
}

}  // namespace gradpath::models::onnx
