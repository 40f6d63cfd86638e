#pragma once
// A bank of filters slid over an image: cross-correlation plus one bias per filter.
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/nn/init.hpp>

namespace gradpath::nn {

struct Conv2dOptions {
    Size2 kernel = 3;
    Size2 stride = 1, padding = 0, dilation = 1;
    Index groups = 1;
    bool bias = true;
    Init init = {};
};

/// [rows, channels, height, width] → [rows, filters, height', width'] (see ops.hpp).
/// Weight [filters, channels / groups, kernel height, kernel width]; bias [filters], zeros at first.
struct Conv2d {
    Tensor weight, bias;
    gradpath::Conv2d window;  ///< stride, padding, dilation, groups

    /// Throws ShapeError for sizes below 1, or if groups do not divide channels and filters.
    Conv2d(Index channels, Index filters, const Conv2dOptions& options = {});
    Tensor operator()(const Tensor& x) const;
    static void visit(auto& self, auto&& f) {
        f("weight", self.weight);
        f("bias", self.bias);
    }
};

}  // namespace gradpath::nn
