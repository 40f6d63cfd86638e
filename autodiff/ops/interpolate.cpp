// Pictures at another size, one axis after the other: bilinear weights are products. A blend is gathered from two
// places, so a NaN stays with its neighbours.
#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath {
namespace {

Tensor nearest(const Tensor& x, Index axis, Index count) {
    const Index length = x.shape()[axis];
    std::vector<Index> places;
    for (Index i = 0; i < count; ++i) places.push_back(i * length / count);
    return gather(x, Indices(Shape{count}, places), axis);
}

/// Where pixel i of `count` lies among `length` pixels.
double source(Index i, Index count, Index length, bool align_corners) {
    const double from = static_cast<double>(length), to = static_cast<double>(count), at = static_cast<double>(i);
    if (align_corners) return count == 1 ? 0 : at * (from - 1) / (to - 1);
    return std::clamp((at + 0.5) * from / to - 0.5, 0.0, from - 1);
}

/// a + (b - a) t, between the places before and after each source: exact where the picture is constant.
Tensor blend(const Tensor& x, Index axis, Index count, bool align_corners) {
    const Index length = x.shape()[axis];
    std::vector<Index> before, after;
    std::vector<double> parts;
    for (Index i = 0; i < count; ++i) {
        const double at = source(i, count, length, align_corners);
        before.push_back(static_cast<Index>(at));
        after.push_back(std::min(before.back() + 1, length - 1));
        parts.push_back(at - std::floor(at));
    }
    const Tensor a = gather(x, Indices(Shape{count}, before), axis), b = gather(x, Indices(Shape{count}, after), axis);
    const Tensor t = Tensor(axis == 2 ? Shape{count, 1} : Shape{count}, parts).to(x.dtype());
    return a + (b - a) * t;
}

}  // namespace

Tensor interpolate(const Tensor& x, Size2 out, const Interpolate& options) {
    require<ShapeError>(x.rank() == 4, "interpolate: x must be [rows, channels, height, width]: its shape is ",
                        x.shape());
    require<ShapeError>(x.shape()[2] > 0 && x.shape()[3] > 0,
                        "interpolate: the picture must not be empty: the shape is ", x.shape());
    require(out.height > 0 && out.width > 0, "interpolate: the new size must be at least 1 by 1: got ", out.height,
            " by ", out.width);
    const bool blends = options.mode == Interpolation::bilinear;
    require(blends || !options.align_corners, "interpolate: align_corners is for bilinear; nearest takes no corners");
    const auto along = [&](const Tensor& y, Index axis, Index count) {
        if (y.shape()[axis] == count) return y;
        return blends ? blend(y, axis, count, options.align_corners) : nearest(y, axis, count);
    };
    return along(along(x, 3, out.width), 2, out.height);
}

}  // namespace gradpath
