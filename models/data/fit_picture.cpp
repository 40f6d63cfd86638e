// A resized picture is linear in the picture, one axis after the other: a matrix with a row for each new pixel.
#include <gradpath/models/data/fit_picture.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::models {
namespace {

/// What of an axis is taken: from `first`, in pixels between which one may begin, over a length.
struct Window {
    double first, length;
};

struct Windows {
    Window down, across;
};

Windows windows_of(const Shape& pictures, Index height, Index width, const PictureFit& fit) {
    require<ShapeError>(pictures.rank() >= 2 && pictures.size() > 0 && height > 0 && width > 0,
                        "fit: there must be pictures with pixels: ", pictures, " to ", height, " by ", width);
    const auto tall = static_cast<double>(pictures[-2]), wide = static_cast<double>(pictures[-1]);
    const auto rows = static_cast<double>(height), columns = static_cast<double>(width);
    if (fit.way == PictureFit::stretch) return {{0, tall}, {0, wide}};
    const double needed = std::max(rows / tall, columns / wide);
    const double scale = fit.side == 0 ? needed : static_cast<double>(fit.side) / std::min(tall, wide);
    require(scale >= needed, "fit: the shorter side must be long enough to cut ", height, " by ", width,
            " out of it: got ", fit.side);
    require(std::max(rows, columns) / scale >= 1, "fit: what is cut out must be a pixel or more of the picture: got ",
            fit.side);
    return {{(tall - rows / scale) / 2, rows / scale}, {(wide - columns / scale) / 2, columns / scale}};
}

/// [count, length]: the weights of the old pixels in each new one.
Tensor weights(Index length, Index count, const Window& window, DType dtype) {
    const double step = window.length / static_cast<double>(count), reach = std::max(step, 1.0);
    std::vector<double> all;
    for (Index i = 0; i < count; ++i) {
        const double middle = window.first + (static_cast<double>(i) + 0.5) * step;
        std::vector<double> row(static_cast<std::size_t>(length));
        double total = 0;
        for (Index j = 0; j < length; ++j)
            total += row[static_cast<std::size_t>(j)] =
                std::max(0.0, 1 - std::abs(static_cast<double>(j) + 0.5 - middle) / reach);
        for (const double weight : row) all.push_back(weight / total);
    }
    return Tensor({count, length}, std::span<const double>(all)).to(dtype);
}

}  // namespace

Tensor fitted(const Tensor& pictures, Index height, Index width, const PictureFit& fit) {
    const Shape& shape = pictures.shape();
    const Windows windows = windows_of(shape, height, width, fit);
    const Tensor down = weights(shape[-2], height, windows.down, pictures.dtype()),
                 across = weights(shape[-1], width, windows.across, pictures.dtype());
    const Tensor narrow =
        matmul(reshape(pictures, {shape.size() / shape[-1], shape[-1]}), across, {.transpose_b = true});
    const Tensor planes = reshape(narrow, {shape.size() / (shape[-1] * shape[-2]), shape[-2], width});
    return reshape(matmul(down, planes), shape.slice(0, shape.rank() - 2).joined({height, width}));
}

std::string fit_words(const Shape& pictures, Index height, Index width, const PictureFit& fit) {
    const Windows windows = windows_of(pictures, height, width, fit);
    const auto whole = [](double length) { return std::lround(length); };
    const bool cut = fit.way == PictureFit::crop;
    return text(pictures[-1], " by ", pictures[-2], " pixels",
                cut ? text(", the ", whole(windows.across.length), " by ", whole(windows.down.length), " in the middle")
                    : std::string(),
                " resized to ", width, " by ", height);
}

}  // namespace gradpath::models
