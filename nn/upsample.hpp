#pragma once
// Pictures made larger by a whole factor, without parameters.
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

/// [rows, channels, height, width] → [rows, channels, scale · height, scale · width].
struct Upsample {
    Size2 scale;
    Interpolate options;

    explicit Upsample(Size2 factor, const Interpolate& how = {}) : scale(factor), options(how) {}
    Tensor operator()(const Tensor& x) const {
        require<ShapeError>(x.rank() == 4, "upsample: x must be [rows, channels, height, width]: its shape is ",
                            x.shape());
        return interpolate(x, {scale.height * x.shape()[2], scale.width * x.shape()[3]}, options);
    }
};

}  // namespace gradpath::nn
