#pragma once
// PReLU (He et al. 2015): leaky_relu whose slope is learned.
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

struct PreluOptions {
    Index channels = 1;   ///< 1: one slope for all numbers; else one for each place of the second axis
    double slope = 0.25;  ///< at first; the paper's
    DType dtype = DType::float32;
};

/// [rows, channels, ..] → the same shape. Slope [channels].
struct Prelu {
    Tensor slope;

    /// Throws ShapeError for less than one channel.
    explicit Prelu(const PreluOptions& options = {});
    /// Throws ShapeError unless x has as many channels as there are slopes, or there is one slope.
    Tensor operator()(const Tensor& x) const;
    static void visit(auto& self, auto&& f) { f("slope", self.slope); }
};

}  // namespace gradpath::nn
