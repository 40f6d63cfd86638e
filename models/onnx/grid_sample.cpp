// Pictures at places that a grid names: weights are tensors, because the places have slopes, too.
#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

struct Sampling {
    bool aligned;
    std::string mode, padding;
};

// -1 .. 1 as places in 0 .. length - 1.
Tensor unnormalised(const Tensor& x, Index length, bool aligned) {
    const double n = static_cast<double>(length);
    return aligned ? (x + 1.0) * ((n - 1) / 2) : ((x + 1.0) * n - 1.0) / 2.0;
}

// Mirrored at low and high until it lies between.
Tensor reflected(const Tensor& x, double low, double high) {
    if (high <= low) return zeros_like(x);
    const Tensor from = gradpath::abs(x - low), turns = floor(from / (high - low)), rest = from - turns * (high - low);
    const Tensor odd = turns - 2.0 * floor(turns / 2.0);
    return where(odd, high - rest, rest + low);
}

Tensor within(const Tensor& x, Index length, const Sampling& s) {
    const double last = static_cast<double>(length) - 1;
    if (s.padding == "border") return clamp(x, 0, last);
    if (s.padding == "reflection")
        return clamp(s.aligned ? reflected(x, 0, last) : reflected(x, -0.5, last + 0.5), 0, last);
    require(s.padding == "zeros", "padding_mode must be zeros, border or reflection: it is ", s.padding);
    return x;
}

// The picture at whole places [rows, places]; beyond it by the padding.
Tensor pixels(const Tensor& x, const Tensor& row, const Tensor& column, const Sampling& s) {
    const Index height = x.shape()[2], width = x.shape()[3], channels = x.shape()[1];
    const std::vector<double> r = numbers(within(row, height, s)), c = numbers(within(column, width, s));
    std::vector<Index> positions;
    std::vector<double> inside;
    for (std::size_t i = 0; i < r.size(); ++i) {
        const bool in =
            r[i] >= 0 && r[i] < static_cast<double>(height) && c[i] >= 0 && c[i] < static_cast<double>(width);
        positions.push_back(in ? static_cast<Index>(std::round(r[i])) * width + static_cast<Index>(std::round(c[i]))
                               : 0);
        inside.push_back(in);
    }
    const Shape shape{row.shape()[0], 1, row.shape()[1]};
    std::vector<Index> for_all;
    for (Index n = 0; n < shape[0]; ++n)
        for (Index k = 0; k < channels; ++k)
            for_all.insert(for_all.end(), positions.begin() + n * shape[2], positions.begin() + (n + 1) * shape[2]);
    const Tensor flat = reshape(x, Shape{x.shape()[0], channels, height * width});
    const Tensor mask = Tensor(shape, std::span<const double>(inside)).to(x.dtype());
    return take_along_axis(flat, Indices(Shape{shape[0], channels, shape[2]}, for_all), 2) * mask;
}

// Weights as tensors, because the places of the grid have slopes.
std::vector<Tensor> blend(const Tensor& t, const std::string& mode) {
    if (mode == "bilinear") return {1.0 - t, t};
    const auto near = [](const Tensor& d) { return (d * 1.25 - 2.25) * d * d + 1.0; };  // cubic, a = -3/4
    const auto far = [](const Tensor& d) { return ((d * -0.75 + 3.75) * d - 6.0) * d + 3.0; };
    return {far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)};
}

Tensor sampled(const Tensor& x, const Tensor& row, const Tensor& column, const Sampling& s) {
    if (s.mode == "nearest") return pixels(x, round(row), round(column), s);
    require(s.mode == "bilinear" || s.mode == "bicubic", "mode must be nearest, bilinear or bicubic: it is ", s.mode);
    const Tensor top = floor(row), left = floor(column), first = scalar(s.mode == "bicubic" ? -1 : 0, x.dtype());
    const std::vector<Tensor> down = blend(row - top, s.mode), across = blend(column - left, s.mode);
    const Shape each{row.shape()[0], 1, row.shape()[1]};
    Tensor total = zeros(Shape{row.shape()[0], x.shape()[1], row.shape()[1]}, x.dtype());
    for (std::size_t i = 0; i < down.size(); ++i)
        for (std::size_t j = 0; j < across.size(); ++j)
            total = total + pixels(x, top + first + static_cast<double>(i), left + first + static_cast<double>(j), s) *
                                reshape(down[i] * across[j], each);
    return total;
}

}  // namespace

Answer grid_sample(const Call& call) {
    const Tensor &x = call.real(0), &grid = call.real(1);
    require<ShapeError>(x.rank() == 4 && grid.rank() == 4 && grid.shape()[3] == 2 && grid.shape()[0] == x.shape()[0] &&
                            x.shape()[2] > 0 && x.shape()[3] > 0,
                        "pictures and a grid of places are needed: got ", x.shape(), " and ", grid.shape());
    const Sampling s{call.integer("align_corners") != 0, call.word("mode", "bilinear"),
                     call.word("padding_mode", "zeros")};
    const Shape& g = grid.shape();
    const auto part = [&](Index k, Index length) {
        const Tensor places = reshape(slice(grid, 3, k, k + 1), Shape{g[0], g[1] * g[2]});
        return within(unnormalised(places, length, s.aligned), length, s);
    };
    const Tensor y = sampled(x, part(1, x.shape()[2]), part(0, x.shape()[3]), s);
    return {reshape(y, Shape{g[0], x.shape()[1], g[1], g[2]})};
}

}  // namespace gradpath::models::onnx
