#pragma once
// What reductions share, for op authors: which axes, and what is left.
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath {

/// The named axes (none: all), normal and in order. Throws ShapeError naming `op` for one that is missing or named
/// twice.
std::vector<Index> normal_axes(const char* op, const Tensor& x, const std::vector<Index>& axes);
/// The shape without the axes, or with length 1 there.
Shape without_axes(const Shape& shape, const std::vector<Index>& normal_axes, bool keep);
/// How many elements each result is made of.
Index reduced_size(const char* op, const Tensor& x, const Reduce& options);
/// x with the axes brought together at the end; they then name its last ones.
Tensor axes_last(const Tensor& x, std::vector<Index>& normal_axes);

}  // namespace gradpath
