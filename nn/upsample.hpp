#pragma once
// Pictures made larger by a whole factor, without parameters.
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

/// [rows, channels, height, width] → [rows, channels, scale · height, scale · width]. Throws ValueError for a scale
/// outside 1 .. 2³⁰.
struct Upsample {
    Size2 scale;
    Interpolate options;

    explicit Upsample(Size2 factor, const Interpolate& how = {}) : scale(factor), options(how) {
        const auto fits = [](Index times) { return times >= 1 && times <= (Index{1} << 30); };
        require(fits(scale.height) && fits(scale.width), "upsample: the scale must lie in 1 .. 2^30: it is ",
                scale.height, " by ", scale.width);
    }
    Tensor operator()(const Tensor& x) const {
        require<ShapeError>(x.rank() == 4, "upsample: x must be [rows, channels, height, width]: its shape is ",
                            x.shape());
        return interpolate(x, {scale.height * x.shape()[2], scale.width * x.shape()[3]}, options);
    }
};

}  // namespace gradpath::nn
