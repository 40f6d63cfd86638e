#pragma once
// What the convolution layers share: sizes that make sense, and a bias per filter.
#include <initializer_list>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::nn {

/// Throws ShapeError naming `layer` for sizes below 1, or if groups do not divide channels and filters.
void require_conv_sizes(const char* layer, Index channels, Index filters, std::initializer_list<Index> kernel,
                        Index groups);
/// y [rows, filters, ..] plus bias [filters], which stands as [filters, 1, ..]; y itself if there is none.
Tensor with_bias(const Tensor& y, const Tensor& bias);

}  // namespace gradpath::nn
