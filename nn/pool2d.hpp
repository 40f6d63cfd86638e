#pragma once
// Pools as layers: MaxPool2d(2), AvgPool2d({.kernel = 3, .stride = 2}), AdaptiveAvgPool2d(7), GlobalAvgPool2d().
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

/// The largest number of each window over the last two axes of [rows, channels, height, width].
struct MaxPool2d {
    Pool2d window;

    explicit MaxPool2d(Size2 kernel) : window{kernel} {}
    explicit MaxPool2d(const Pool2d& options = {}) : window(options) {}
    Tensor operator()(const Tensor& x) const { return max_pool2d(x, window); }
};

/// The mean of each window over the last two axes of [rows, channels, height, width].
struct AvgPool2d {
    Pool2d window;

    explicit AvgPool2d(Size2 kernel) : window{kernel} {}
    explicit AvgPool2d(const Pool2d& options = {}) : window(options) {}
    Tensor operator()(const Tensor& x) const { return avg_pool2d(x, window); }
};

/// Means over `out` bins: [rows, channels, height, width] → [rows, channels, out.height, out.width].
struct AdaptiveAvgPool2d {
    Size2 out;

    explicit AdaptiveAvgPool2d(Size2 bins) : out(bins) {}
    Tensor operator()(const Tensor& x) const { return adaptive_avg_pool2d(x, out); }
};

/// Means of whole pictures: [rows, channels, height, width] → [rows, channels], ready for Linear.
struct GlobalAvgPool2d {
    Tensor operator()(const Tensor& x) const { return global_avg_pool2d(x); }
};

}  // namespace gradpath::nn
