#pragma once
// Convolution and its two adjoints, for op authors: y = conv2d(x, w) is bilinear, and so is each adjoint, so the three
// are closed under differentiation.
#include <gradpath/autodiff/ops.hpp>

namespace gradpath {

/// The cotangent of x, shaped `input`, for the cotangent dy [rows, filters, out height, out width].
Tensor conv2d_input_vjp(const Tensor& dy, const Tensor& weight, const Shape& input, const Conv2d& options);
/// The cotangent of the weight, shaped `weight`; with per_row one such block per row: [rows, weight's shape].
Tensor conv2d_weight_vjp(const Tensor& x, const Tensor& dy, const Shape& weight, const Conv2d& options,
                         bool per_row = false);

/// Throws ValueError naming `op` and `what` unless the sizes are at most 2^30: no product with a length overflows then.
void check_sizes(const char* op, const char* what, std::initializer_list<Size2> sizes);
/// Throws ValueError naming `op` for a window that cannot slide.
void check_sliding(const char* op, const Conv2d& options);
/// Throws ShapeError naming `op` unless a weight fits x, both with one or with two axes to slide along.
void check_convolution(const char* op, const Shape& x, const Shape& weight, const Conv2d& options);

}  // namespace gradpath
