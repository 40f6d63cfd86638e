// Windows by their places: a gather that serves any number of axes. Two axes take the engine's own kernels instead.
#include <gradpath/models/onnx/windows.hpp>

#include <algorithm>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

std::vector<Index> per_axis(const Call& call, const char* attribute, std::size_t count, Index otherwise, Index least) {
    std::vector<Index> values = call.integers(attribute, std::vector<Index>(count, otherwise));
    require<ShapeError>(values.size() == count, attribute, " must be one per spatial axis: there are ", values.size(),
                        " for ", count);
    constexpr Index far = Index{1} << 31;
    for (const Index value : values)
        require(value >= least && value < far, attribute, " must be at least ", least, " and not huge: got ", value);
    return values;
}

// Windows along one axis, and what they reach beyond the pads.
void place_windows(Window& w, std::size_t i, Index length, const std::string& mode, bool ceil) {
    const Index extent = w.dilations[i] * (w.kernel[i] - 1) + 1, stride = w.strides[i];
    if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
        w.outputs[i] = (length + stride - 1) / stride;
        share_pads(mode, std::max((w.outputs[i] - 1) * stride + extent - length, Index{0}), w.begins[i], w.ends[i]);
        return;
    }
    const Index room = length + w.begins[i] + w.ends[i] - extent;
    require<ShapeError>(room >= 0 && length > 0, "windows must fit: one spans ", extent, " of ", room + extent);
    w.outputs[i] = room / stride + 1;
    if (!ceil || room % stride == 0) return;
    if (w.outputs[i] * stride >= length + w.begins[i]) return;  // it would begin in the padding
    w.outputs[i] += 1;
    w.beyond[i] = (w.outputs[i] - 1) * stride - room;
}

}  // namespace

bool Window::dilated() const {
    return std::ranges::any_of(dilations, [](Index d) { return d != 1; });
}
bool Window::padded() const {
    const auto some = [](Index pad) { return pad != 0; };
    return std::ranges::any_of(begins, some) || std::ranges::any_of(ends, some) || std::ranges::any_of(beyond, some);
}
Index Window::kernel_size() const { return Shape(std::span(kernel)).size(); }

void share_pads(const std::string& mode, Index excess, Index& begin, Index& end) {
    begin = mode == "SAME_LOWER" ? (excess + 1) / 2 : excess / 2;
    end = excess - begin;
}

Window window_of(const Call& call, const Shape& x, std::vector<Index> kernel) {
    require<ShapeError>(x.rank() >= 3, "spatial axes are needed: the input is ", x);
    const auto count = static_cast<std::size_t>(x.rank()) - 2;
    Window w;
    w.kernel = kernel.empty() ? per_axis(call, "kernel_shape", count, 0, 1) : std::move(kernel);
    require<ShapeError>(w.kernel.size() == count, "a kernel must have the spatial axes of the input: there are ",
                        w.kernel.size(), " for ", count);
    w.strides = per_axis(call, "strides", count, 1, 1);
    w.dilations = per_axis(call, "dilations", count, 1, 1);
    const std::vector<Index> pads = per_axis(call, "pads", 2 * count, 0, 0);
    const auto middle = pads.begin() + static_cast<std::ptrdiff_t>(count);
    w.begins.assign(pads.begin(), middle);
    w.ends.assign(middle, pads.end());
    w.beyond.assign(count, 0);
    w.outputs.assign(count, 0);
    for (std::size_t i = 0; i < count; ++i)
        place_windows(w, i, x[static_cast<Index>(i) + 2], call.word("auto_pad", "NOTSET"),
                      call.integer("ceil_mode") != 0);
    return w;
}

Value around(const Value& x, const Window& w, const Value& filler) {
    if (!w.padded()) return x;
    std::vector<Padding> axes(2);
    for (std::size_t i = 0; i < w.axes(); ++i) axes.push_back({w.begins[i], w.ends[i] + w.beyond[i]});
    return padded(x, axes, filler);
}

Indices places(const Window& w, const Shape& padded) {
    const Index windows = bounded(w.outputs).size(), size = w.kernel_size();
    bounded({size, windows});
    std::vector<Index> positions(static_cast<std::size_t>(size * windows), 0);
    Index stride = 1, inner_kernel = 1, inner_windows = 1;
    for (std::size_t i = w.axes(); i-- > 0;) {
        for (Index k = 0; k < size; ++k)
            for (Index o = 0; o < windows; ++o) {
                const Index at = (o / inner_windows) % w.outputs[i] * w.strides[i] +
                                 (k / inner_kernel) % w.kernel[i] * w.dilations[i];
                positions[static_cast<std::size_t>(k * windows + o)] += at * stride;
            }
        stride *= padded[static_cast<Index>(i) + 2];
        inner_kernel *= w.kernel[i];
        inner_windows *= w.outputs[i];
    }
    return {Shape{size, windows}, positions};
}

Value in_windows(const Value& padded, const Window& w) {
    const Shape& shape = padded.shape();
    const Indices positions = places(w, shape);
    const Shape flat = shape.slice(0, 2).joined({shape.slice(2, shape.rank()).size()});
    bounded({shape[0], shape[1], positions.size()});
    return moved(padded, [&](const Tensor& x) { return gather(reshape(x, flat), positions, 2); });
}

Shape per_window(const Shape& x, Index channels, const Window& w) {
    return Shape{x[0], channels}.joined(Shape(std::span(w.outputs)));
}

}  // namespace gradpath::models::onnx
