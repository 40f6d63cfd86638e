#pragma once
// What figures about pixels share. A pixel is a place on the last two axes, with all of its channels; of rows with one
// axis, a feature.
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution::quality {

/// The value of each pixel, [rows, pixels] in float64: the sum over its channels.
Tensor of_pixels(const Tensor& values);
/// A number for each pixel, [rows, pixels], as a tensor that broadcasts to x, in its dtype.
Tensor over_channels(const Tensor& pixels, const Tensor& x);
/// 1 for the first `count` pixels of each row's ranking, [rows, pixels] from argsort, else 0: [rows, pixels], float64.
Tensor first_of(const Indices& ranking, Index count);
/// floor(pixels · share), where products that should be whole are: 0.29 of 100 are 29, though 0.29 * 100 < 29.
Index part_of(Index pixels, double share);
/// Throws ShapeError that begins with `method` unless values are shaped like x, which has rows, features and numbers.
void require_like_input(const char* method, const Tensor& x, const Tensor& values);

}  // namespace gradpath::attribution::quality
