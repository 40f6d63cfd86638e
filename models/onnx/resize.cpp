// Pictures at other sizes. Resizing is linear, so along each axis it is a product with a matrix of weights: one number
// per row for nearest, two for linear, four for cubic.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

struct Resizing {
    std::string mode, transformation, nearest;
    double cubic = -0.75, outside_value = 0;
    bool exclude_outside = false;
};

struct AxisSize {
    Index from, to;
    double scale, first = 0, last = 1;  // the region of interest
};

Resizing resizing_of(const Call& call) {
    const bool legacy = call.opset < 11;  // Upsample, and Resize as it began
    return {.mode = call.word("mode", "nearest"),
            .transformation = call.word("coordinate_transformation_mode", legacy ? "asymmetric" : "half_pixel"),
            .nearest = call.word("nearest_mode", legacy ? "floor" : "round_prefer_floor"),
            .cubic = call.number("cubic_coeff_a", -0.75),
            .outside_value = call.number("extrapolation_value", 0),
            .exclude_outside = call.integer("exclude_outside") != 0};
}

// Where place i of the result lies in the source (operator schema of Resize, coordinate_transformation_mode).
double source_of(double i, const AxisSize& a, const std::string& mode) {
    const double from = static_cast<double>(a.from), to = from * a.scale;  // not rounded to whole numbers
    if (mode == "half_pixel") return (i + 0.5) / a.scale - 0.5;
    if (mode == "pytorch_half_pixel") return a.to > 1 ? (i + 0.5) / a.scale - 0.5 : 0;
    if (mode == "align_corners") return a.to > 1 ? i * (from - 1) / (to - 1) : 0;
    if (mode == "asymmetric") return i / a.scale;
    if (mode == "tf_half_pixel_for_nn") return (i + 0.5) / a.scale;
    require(mode == "tf_crop_and_resize", "coordinate_transformation_mode must be one of the schema: it is ", mode);
    if (a.to == 1) return 0.5 * (a.first + a.last) * (from - 1);
    return a.first * (from - 1) + i * (a.last - a.first) * (from - 1) / (to - 1);
}

double nearest_of(double x, const std::string& mode) {
    if (mode == "floor") return std::floor(x);
    if (mode == "ceil") return std::ceil(x);
    if (mode == "round_prefer_ceil") return std::floor(x + 0.5);
    require(mode == "round_prefer_floor", "nearest_mode must be one of the schema: it is ", mode);
    return std::ceil(x - 0.5);
}

// Keys 1981: the weights of the four numbers around, at distances 1 + t, t, 1 - t, 2 - t.
std::array<double, 4> cubic_weights(double t, double a) {
    const auto near = [&](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
    const auto far = [&](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
    return {far(1 + t), near(t), near(1 - t), far(2 - t)};
}

// First place, and weights from there on.
std::pair<Index, std::vector<double>> weights_at(double x, const Resizing& r) {
    if (r.mode == "nearest") return {static_cast<Index>(nearest_of(x, r.nearest)), {1}};
    const double floor = std::floor(x), t = x - floor;
    if (r.mode == "linear") return {static_cast<Index>(floor), {1 - t, t}};
    require(r.mode == "cubic", "mode must be nearest, linear or cubic: it is ", r.mode);
    const std::array<double, 4> w = cubic_weights(t, r.cubic);
    return {static_cast<Index>(floor) - 1, {w.begin(), w.end()}};
}

// [to, from]; `outside` collects the rows that lie beyond the source of a crop.
Tensor weights_of(const AxisSize& a, const Resizing& r, std::vector<Index>& outside) {
    std::vector<double> matrix(static_cast<std::size_t>(bounded({a.to, a.from}).size()));
    for (Index i = 0; i < a.to; ++i) {
        const double x = source_of(static_cast<double>(i), a, r.transformation);
        require(std::isfinite(x) && std::abs(x) < 1e15, "scales must be numbers above 0");
        outside.push_back(r.transformation == "tf_crop_and_resize" && (x < 0 || x > static_cast<double>(a.from - 1)));
        auto [first, weights] = weights_at(x, r);
        for (std::size_t k = 0; k < weights.size(); ++k) {
            const Index place = first + static_cast<Index>(k);
            if (r.exclude_outside && (place < 0 || place >= a.from)) weights[k] = 0;
        }
        const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
        for (std::size_t k = 0; k < weights.size(); ++k) {
            const Index place = std::clamp(first + static_cast<Index>(k), Index{0}, a.from - 1);
            matrix[static_cast<std::size_t>(i * a.from + place)] += r.exclude_outside ? weights[k] / total : weights[k];
        }
    }
    return {{a.to, a.from}, std::span<const double>(matrix)};
}

Tensor resized_along(const Tensor& x, Index axis, const AxisSize& a, const Resizing& r) {
    require<ShapeError>(a.from > 0, "an empty axis cannot be resized: ", x.shape());
    std::vector<Index> outside;
    const Tensor weights = weights_of(a, r, outside).to(x.dtype());
    const Shape outer = x.shape().slice(0, axis), inner = x.shape().slice(axis + 1, x.rank());
    bounded(list(x.shape().with(axis, a.to)));
    Tensor y = matmul(weights, reshape(x, Shape{outer.size(), a.from, inner.size()}));
    if (std::ranges::find(outside, 1) != outside.end())
        y = where(mask_of(Value(Shape{a.to, 1}, outside), x.dtype()), full(Shape{}, r.outside_value, x.dtype()), y);
    return reshape(y, outer.joined(Shape{a.to}).joined(inner));
}

std::vector<AxisSize> sizes_of(const Call& call, const Shape& shape) {
    const std::size_t scales_at = call.opset < 11 ? 1 : 2, n = static_cast<std::size_t>(shape.rank());
    std::vector<double> scales =
        call.has("scales") ? std::get<std::vector<double>>(*call.find("scales")) : std::vector<double>();
    if (call.given(scales_at)) scales = numbers(call.real(scales_at));
    const std::vector<Index> sizes = call.given(3) ? call.whole(3) : std::vector<Index>();
    const std::vector<double> region =
        call.opset >= 11 && call.given(1) ? numbers(call.real(1)) : std::vector<double>();
    require<ShapeError>(sizes.empty() ? scales.size() == n : sizes.size() == n,
                        "there must be one scale or size per axis");
    require<ShapeError>(region.empty() || region.size() == 2 * n, "roi must be two numbers per axis");
    std::vector<AxisSize> axes;
    for (std::size_t i = 0; i < n; ++i) {
        const Index from = shape[static_cast<Index>(i)];
        AxisSize a{from, 0, 0};
        if (!region.empty()) a.first = region[i], a.last = region[n + i];
        const double length = static_cast<double>(from),
                     span =
                         call.word("coordinate_transformation_mode", "") == "tf_crop_and_resize" ? a.last - a.first : 1;
        const double to = sizes.empty() ? std::floor(length * span * scales[i]) : static_cast<double>(sizes[i]);
        require<ShapeError>(to >= 0 && to < 1e9, "sizes must not be negative or huge: one is ", to);
        a.to = static_cast<Index>(to);
        a.scale = sizes.empty() ? scales[i] : to / length;
        axes.push_back(a);
    }
    return axes;
}

}  // namespace

Answer resize(const Call& call) {
    const Resizing r = resizing_of(call);
    Tensor y = call.real(0);
    const std::vector<AxisSize> axes = sizes_of(call, y.shape());
    for (std::size_t i = 0; i < axes.size(); ++i)
        if (axes[i].to != axes[i].from || axes[i].scale != 1 || r.transformation == "tf_crop_and_resize")
            y = resized_along(y, static_cast<Index>(i), axes[i], r);
    return {y};
}

}  // namespace gradpath::models::onnx
