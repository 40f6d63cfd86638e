#pragma once
// The rows of the op list, each defined in the room of its op; op_list.cpp puts them in order.
#include <span>

#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath {

std::span<const Op> elementwise_unary_rows();
std::span<const Op> elementwise_binary_rows();
extern const Op where_row;                                                // elementwise.cpp
extern const Op sum_row, max_row, logsumexp_row, sum_to_row;              // reduce.cpp
extern const Op cumsum_row;                                               // cumsum.cpp
extern const Op reshape_row, permute_row, broadcast_to_row;               // shape.cpp
extern const Op concat_row, split_row;                                    // join.cpp
extern const Op slice_row, pad_row;                                       // slice.cpp
extern const Op gather_row, scatter_add_row;                              // index.cpp
extern const Op take_along_axis_row, add_along_axis_row;                  // along_axis.cpp
extern const Op matmul_row;                                               // matmul.cpp
extern const Op linear_row, linear_relu_row;                              // linear.cpp
extern const Op cholesky_row, solve_row, triangular_solve_row;            // solve.cpp
extern const Op determinant_row, cofactors_row, log_determinant_row;      // determinant.cpp
extern const Op eigh_row;                                                 // eigh.cpp
extern const Op conv2d_row, conv2d_bias_row, conv2d_input_vjp_row,
    conv2d_weight_vjp_row;                                                         // conv2d.cpp
extern const Op max_pool2d_row, relu_max_pool2d_row, max_pool2d_vjp_row, max_pool2d_gather_row, avg_pool2d_row,
    avg_pool2d_vjp_row;                                                            // pool2d.cpp
extern const Op softmax_row, softmax_vjp_row, log_softmax_row, cross_entropy_row,
    cross_entropy_vjp_row;                                                         // softmax.cpp
extern const Op standardize_row, standardize_vjp_row;                              // standardize.cpp
extern const Op cast_row;                                                          // cast.cpp
extern const Op tap_row;                                                           // taps.cpp
extern const Op checkpoint_row, custom_row;                                        // custom.cpp

}  // namespace gradpath
