#pragma once
// Convolution with kernels of one number: y = W x at every position of all images.
#include <gradpath/autodiff/kernels/conv_plan.hpp>

namespace gradpath::kernels {

/// Kernels of one number with unit steps and no padding?
template <Real T>
bool kernels_of_one_number(const ConvPlan<T>& plan);
/// As conv2d.
template <Real T>
void convolve_numbers(const ConvPlan<T>& plan, const T* x, const T* weight, T* y);

}  // namespace gradpath::kernels
