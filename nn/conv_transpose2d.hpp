#pragma once
// A convolution run backwards, to make pictures larger: each pixel puts a scaled kernel where it stands.
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/nn/init.hpp>

namespace gradpath::nn {

struct ConvTranspose2dOptions {
    Size2 kernel = 3;
    Size2 stride = 1, padding = 0, output_padding = 0, dilation = 1;
    Index groups = 1;
    bool bias = true;
    Init init = {};  ///< the scheme counts channels / groups · kernel inputs per output, as if the stride were 1
};

/// [rows, channels, height, width] → [rows, filters, height', width'] (see ops.hpp).
/// Weight [channels, filters / groups, kernel height, kernel width]; bias [filters], zeros at first.
struct ConvTranspose2d {
    Tensor weight, bias;
    gradpath::ConvTranspose2d window;  ///< stride, padding, output_padding, dilation, groups

    /// Throws ShapeError for sizes below 1, or if groups do not divide channels and filters.
    ConvTranspose2d(Index channels, Index filters, const ConvTranspose2dOptions& options = {});
    Tensor operator()(const Tensor& x) const;
    static void visit(auto& self, auto&& f) {
        f("weight", self.weight);
        f("bias", self.bias);
    }
};

}  // namespace gradpath::nn
