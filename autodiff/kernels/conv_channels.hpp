#pragma once
// The weights' adjoint where channels and filters are many.
#include <gradpath/autodiff/kernels/conv_plan.hpp>

namespace gradpath::kernels {

/// Do channels fill the rows of a tile, filters its vectors, and are there taps to share what was turned?
template <Real T>
bool channels_in_rows(const ConvPlan<T>& plan);
/// As conv2d_weight_vjp, summed over the images.
template <Real T>
void weight_vjp_by_channels(const ConvPlan<T>& plan, const T* x, const T* dy, T* dw);

}  // namespace gradpath::kernels
