#pragma once
// Does the size of attributions tell two classes apart? For points explained from one baseline.
#include <span>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution::quality {

/// The size of a row's attribution: Σᵢ |Aᵢ|, [rows].
std::vector<double> sizes_of(const Tensor& values);

/// Points ranked by the size of their attribution, the upper half against the classes that the model predicts: what
/// leads far from the baseline should lie on the other side of the border (arXiv 2502.12108, section 4.1).
struct Purity {
    double value = 0;        ///< share of the upper half that is predicted otherwise than the baseline
    double upper_class = 0;  ///< mean predicted class of the upper half: the paper's words
    double lower_class = 0;  ///< mean predicted class of the lower half: its released code
};
/// The upper half are the rows/2 (rounded down) largest sizes; equal ones in order of their row. Throws ValueError for
/// fewer than two rows or unless there are as many sizes as classes.
Purity purity(std::span<const double> sizes, std::span<const Index> predicted, Index of_baseline);

/// By row, as a share that needs no halves: 1 for a row of the upper half that is predicted otherwise than the baseline
/// and for one of the lower half that is not, else 0. Where half of the rows are predicted otherwise, as in the paper,
/// the mean is `value`. Throws as purity.
std::vector<double> purity_by_row(std::span<const double> sizes, std::span<const Index> predicted, Index of_baseline);

/// Standard deviation (by rows - 1) of the sizes of the rows of a class; NaN below two rows.
double spread(std::span<const double> sizes, std::span<const Index> classes, Index of_class);

/// ∫ y dx by trapezoids, not divided by the width. Throws ValueError unless there are as many x as y, ascending.
double area_under(std::span<const double> x, std::span<const double> y);

}  // namespace gradpath::attribution::quality
