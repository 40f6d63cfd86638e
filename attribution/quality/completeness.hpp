#pragma once
#include <span>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution::quality {

/// How far the values of a row add up to dF = F(x) - F(x'), and how much of them cancels.
struct Completeness {
    double gap = 0;           ///< |Σ A - dF|, in the units of F
    double relative_gap = 0;  ///< divided by max(|dF|, Σ|A|, 1e-12)
    double cancelled = 0;     ///< Σ|A| - |dF|, in the units of F; below 0 only where the values are not complete
    double cancellation = 0;  ///< Σ|A| / max(|dF|, 1e-12): 1 where nothing cancels
};
/// Per row of values [rows, ..], with F at the input and at the baseline. Throws ShapeError unless there are as many of
/// each as rows.
std::vector<Completeness> completeness(const Tensor& values, std::span<const double> f_input,
                                       std::span<const double> f_baseline);

}  // namespace gradpath::attribution::quality
