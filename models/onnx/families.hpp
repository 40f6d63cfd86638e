#pragma once
// Every operator that is a function of its own, by family; elementwise ones are also made of the templates of
// elementwise.hpp. Which node means which is told by the table in operators.cpp.
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/call.hpp>

namespace gradpath::models::onnx {

/// `axes` of pads around x, negative ones taken away; the filler is one number of x's type.
Value padded(const Value& x, const std::vector<Padding>& axes, const Value& filler);

// activations.cpp: one number in, one out
Answer absolute(const Call& call);
Answer negated(const Call& call);
Answer sign_of(const Call& call);
Answer not_of(const Call& call);
Answer rectified(const Call& call);
Answer ceil_of(const Call& call);
Answer reciprocal(const Call& call);
Answer softsign(const Call& call);
Answer is_nan(const Call& call);
Answer is_inf(const Call& call);
Answer clip(const Call& call);
Answer celu(const Call& call);
Answer elu_of(const Call& call);
Answer selu_of(const Call& call);
Answer leaky(const Call& call);
Answer parametric_relu(const Call& call);
Answer hard_sigmoid(const Call& call);
Answer hard_swish(const Call& call);
Answer shrink(const Call& call);
Answer thresholded(const Call& call);

// elementwise.cpp: two in, one out
Answer mean_of(const Call& call);
Answer mod(const Call& call);
Answer bit_shift(const Call& call);
Answer where(const Call& call);

// movement.cpp: moving numbers about
Answer reshape_to(const Call& call);
Answer flattened(const Call& call);
Answer squeezed(const Call& call);
Answer unsqueezed(const Call& call);
Answer transposed(const Call& call);
Answer expanded(const Call& call);
Answer tiled(const Call& call);
Answer joined_along(const Call& call);
Answer split_into(const Call& call);
Answer sliced(const Call& call);
Answer depth_to_space(const Call& call);
Answer space_to_depth(const Call& call);
Answer triangle(const Call& call);
Answer compressed(const Call& call);
Answer reversed_sequences(const Call& call);

// shapes.cpp: shapes, types, constants
Answer constant(const Call& call);
Answer constant_of_shape(const Call& call);
Answer identity(const Call& call);
Answer shape_of(const Call& call);
Answer size_of_all(const Call& call);
Answer cast_to(const Call& call);
Answer cast_like(const Call& call);
Answer eye_like(const Call& call);
Answer range(const Call& call);

// padding.cpp
Answer pad_around(const Call& call);

// reductions.cpp: over axes
Answer reduce_sum(const Call& call);
Answer reduce_prod(const Call& call);
Answer reduce_max(const Call& call);
Answer reduce_min(const Call& call);
Answer reduce_sum_square(const Call& call);
Answer reduce_l1(const Call& call);
Answer reduce_mean(const Call& call);
Answer reduce_log_sum_exp(const Call& call);
Answer reduce_l2(const Call& call);
Answer reduce_log_sum(const Call& call);

// products.cpp: matrices and sums over letters
Answer matmul_of(const Call& call);
Answer gemm(const Call& call);
Answer det(const Call& call);
Answer einsum(const Call& call);

// convolutions.cpp: convolutions
Answer conv(const Call& call);
Answer conv_transpose(const Call& call);

// pools.cpp: pools
Answer max_pool(const Call& call);
Answer average_pool(const Call& call);
Answer lp_pool(const Call& call);
Answer global_average_pool(const Call& call);
Answer global_max_pool(const Call& call);
Answer global_lp_pool(const Call& call);
Answer max_unpool(const Call& call);

// normalisations.cpp: normalisations
Answer softmax_of(const Call& call);
Answer log_softmax_of(const Call& call);
Answer hardmax(const Call& call);
Answer batch_normalization(const Call& call);
Answer instance_normalization(const Call& call);
Answer layer_normalization(const Call& call);
Answer mean_variance_normalization(const Call& call);
Answer local_response_normalization(const Call& call);
Answer lp_normalization(const Call& call);
Answer dropout(const Call& call);

// positions.cpp: by position
Answer gather_along(const Call& call);
Answer gather_elements(const Call& call);
Answer gather_nd(const Call& call);
Answer scatter_elements(const Call& call);
Answer scatter_nd(const Call& call);
Answer one_hot_of(const Call& call);

// selection.cpp: largest numbers, their positions, running sums
Answer argmax_of(const Call& call);
Answer argmin_of(const Call& call);
Answer top_k(const Call& call);
Answer unique(const Call& call);
Answer cumulative_sum(const Call& call);

// losses.cpp: losses
Answer negative_log_likelihood(const Call& call);
Answer softmax_cross_entropy(const Call& call);

// resize.cpp: pictures
Answer resize(const Call& call);

// grid_sample.cpp
Answer grid_sample(const Call& call);

// boxes.cpp
Answer non_max_suppression(const Call& call);

}  // namespace gradpath::models::onnx
