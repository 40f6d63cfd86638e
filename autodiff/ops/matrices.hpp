#pragma once
// What the ops of linalg.hpp share: the last two axes as square matrices, and what is said of one that breaks its rule.
#include <span>

#include <gradpath/autodiff/kernels/linalg.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath {

/// Length of both last axes. Throws ShapeError unless there are two and they are equal.
Index square_size(const char* op, const Tensor& a);
/// The leading axes, without the last `matrix_axes`.
Shape batch_of(const Tensor& a, Index matrix_axes = 2);
/// Throws NumericError "OP: RULE: pivot P of matrix M is .." for the first matrix whose elimination failed.
void require_pivots(const char* op, const char* rule, std::span<const kernels::Pivot> pivots);
/// (x + xᵀ) / 2
Tensor symmetric_part(const Tensor& x);

}  // namespace gradpath
