#pragma once
// Explanations that know nothing of the model. A figure on which one of them does as well as a method does not speak
// for the method.
#include <cstdint>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution::quality {

/// 1 everywhere: says nothing. Like x.
Tensor constant_control(const Tensor& x);
/// Standard normal numbers, by the seed. Like x.
Tensor random_control(const Tensor& x, std::uint64_t seed = 0);
/// Where the picture has edges: √(gx² + gy²) by Sobel's 3 by 3 filters on each channel, the picture continued by its
/// outermost pixels (Adebayo et al. 2018 compare saliency with edges). Like x. Throws ShapeError for rows without two
/// axes.
Tensor edge_control(const Tensor& x);

}  // namespace gradpath::attribution::quality
