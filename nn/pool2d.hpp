#pragma once
// Pools as layers: MaxPool2d(2), AvgPool2d({.kernel = 3, .stride = 2}).
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

}  // namespace gradpath::nn
