#pragma once
// Convolution with images in the lanes of the register tiles.
#include <gradpath/autodiff/kernels/conv_plan.hpp>

namespace gradpath::kernels {

/// Would this many images, side by side, keep the lanes busier than positions or filters do?
template <Real T>
bool images_in_lanes(const ConvPlan<T>& plan);
/// As conv2d, and the same bits for finite weights.
template <Real T>
void convolve_images(const ConvPlan<T>& plan, const T* x, const T* weight, T* y);

}  // namespace gradpath::kernels
