#pragma once
#include <cstdint>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution::quality {

struct Imputation {
    double noise = 0;  ///< standard deviation of what is added to imputed numbers, in the units of x
    std::uint64_t seed = 0;
};
/// Pictures whose missing pixels are made of those that are left: each is the weighted mean of its eight neighbours,
/// 1/6 for the four beside it and 1/12 for the diagonal ones, less what lies beyond the edge, with the missing among
/// them solved for together (noisy linear imputation, Rong et al. 2022, section 4.3), to 1e-9 of the range of the
/// picture or to rounding. A mask cannot be read off the result as it can off black pixels. known, [rows, pixels], is
/// 1 where a pixel of x, [rows, .., height, width], stays, and 0 where it is missing; a row without any becomes 0.
/// Throws ShapeError for rows without two axes or a mask that does not fit.
Tensor impute(const Tensor& x, const Tensor& known, const Imputation& options = {});

}  // namespace gradpath::attribution::quality
