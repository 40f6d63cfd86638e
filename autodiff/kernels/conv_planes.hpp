#pragma once
// Convolution plane by plane, where the images lie: kernels of three by three numbers with unit steps, one channel or
// one filter in a group. A tile of a matrix product would have too little to do with each number that it loads.
#include <gradpath/autodiff/kernels/conv_plan.hpp>

namespace gradpath::kernels {

/// Is it that kind, and does the set in force have the loops?
template <Real T>
bool plane_by_plane(const ConvPlan<T>& plan);
/// As conv2d.
template <Real T>
void convolve_planes(const ConvPlan<T>& plan, const T* x, const T* weight, T* y);
/// sums[image / together] (+)= the weights' adjoint for these images; the first of `together` images does not add.
template <Real T>
void add_planes(const ConvPlan<T>& plan, Range images, Index together, const T* x, const T* dy, T* sums);

}  // namespace gradpath::kernels
