#pragma once
// One number per channel, shaped to meet [rows, channels, ..].
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

/// [channels] → [channels, 1, ..], which broadcasts against x [rows, channels, ..].
inline Tensor over_channels(const Tensor& numbers, const Tensor& x) {
    Shape shape = numbers.shape();
    for (Index axis = 2; axis < x.rank(); ++axis) shape = shape.joined({1});
    return reshape(numbers, shape);
}

}  // namespace gradpath::nn
