// All rows in the order of OpCode: the list that drives gradcheck, the tests and the readers of graphs.
#include <vector>

#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

Computed leaf_forward(std::span<const Tensor>, const Attributes&) { throw ValueError("leaf: a leaf is not computed"); }
constexpr Op leaf_row{OpCode::leaf, "leaf", leaf_forward};

std::vector<const Op*> list() {
    std::vector<const Op*> rows{&leaf_row};
    for (const Op& row : elementwise_unary_rows()) rows.push_back(&row);
    for (const Op& row : elementwise_binary_rows()) rows.push_back(&row);
    for (const Op* row : {&where_row,
                          &sum_row,
                          &max_row,
                          &logsumexp_row,
                          &cumsum_row,
                          &sum_to_row,
                          &reshape_row,
                          &permute_row,
                          &broadcast_to_row,
                          &concat_row,
                          &split_row,
                          &slice_row,
                          &pad_row,
                          &gather_row,
                          &scatter_add_row,
                          &take_along_axis_row,
                          &add_along_axis_row,
                          &matmul_row,
                          &linear_row,
                          &cholesky_row,
                          &solve_row,
                          &triangular_solve_row,
                          &determinant_row,
                          &cofactors_row,
                          &log_determinant_row,
                          &eigh_row,
                          &conv2d_row,
                          &conv2d_bias_row,
                          &conv2d_input_vjp_row,
                          &conv2d_weight_vjp_row,
                          &max_pool2d_row,
                          &max_pool2d_vjp_row,
                          &max_pool2d_gather_row,
                          &avg_pool2d_row,
                          &avg_pool2d_vjp_row,
                          &softmax_row,
                          &softmax_vjp_row,
                          &log_softmax_row,
                          &cross_entropy_row,
                          &cross_entropy_vjp_row,
                          &standardize_row,
                          &standardize_vjp_row,
                          &cast_row,
                          &tap_row,
                          &checkpoint_row,
                          &custom_row})
        rows.push_back(row);
    return rows;
}

}  // namespace

std::span<const Op* const> all_ops() {
    static const std::vector<const Op*> rows = list();
    return rows;
}

const Op& op_row(OpCode code) { return *all_ops()[static_cast<std::size_t>(code)]; }

}  // namespace gradpath
