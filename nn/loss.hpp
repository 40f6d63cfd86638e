#pragma once
// What training minimises: one number for a batch.
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

/// Mean over the rows of -log softmax(logits)[label]: logits [rows, classes], labels [rows].
Tensor mean_cross_entropy(const Tensor& logits, const Indices& labels);
/// Mean over all numbers of (y - target)². Throws ShapeError unless the shapes are equal: no broadcasting.
Tensor mean_squared_error(const Tensor& y, const Tensor& target);

}  // namespace gradpath::nn
