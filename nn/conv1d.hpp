#pragma once
// A bank of filters slid along a signal: cross-correlation plus one bias per filter.
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/nn/init.hpp>

namespace gradpath::nn {

struct Conv1dOptions {
    Index kernel = 3;
    Index stride = 1, padding = 0, dilation = 1;
    Index groups = 1;
    bool bias = true;
    Init init = {};
};

/// [rows, channels, length] → [rows, filters, length'] (see ops.hpp).
/// Weight [filters, channels / groups, kernel]; bias [filters], zeros at first.
struct Conv1d {
    Tensor weight, bias;
    gradpath::Conv1d window;  ///< stride, padding, dilation, groups

    /// Throws ShapeError for sizes below 1, or if groups do not divide channels and filters.
    Conv1d(Index channels, Index filters, const Conv1dOptions& options = {});
    Tensor operator()(const Tensor& x) const;
    static void visit(auto& self, auto&& f) {
        f("weight", self.weight);
        f("bias", self.bias);
    }
};

}  // namespace gradpath::nn
