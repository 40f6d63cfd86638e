#pragma once
// L-BFGS (Nocedal & Wright 2006, algorithms 7.4 and 7.5): a quasi-Newton method that remembers its last steps.
#include <vector>

#include <gradpath/autodiff/minimize/line_search.hpp>
#include <gradpath/autodiff/minimize/minimum.hpp>
#include <gradpath/autodiff/transforms.hpp>

namespace gradpath::minimize {

struct Lbfgs {
    Stopping stop = {};
    Index memory = 10;  ///< pairs of steps and changes of the gradient
    Wolfe search = {};
};

/// Walks from `start` to a minimum of f, which maps such a list to one number and must not be random: train on whole
/// data, not on batches. Vectors are kept in double; float32 parameters are rounded for each evaluation, and end by
/// `value` or `no_descent` where rounding is coarser than the gradient's tolerance. Throws ValueError for options out
/// of range, NumericError if value or gradient are not finite at the start (later such points are walked around),
/// ShapeError if f is not one number, Cancelled.
Minimum lbfgs(const ListFunction& f, const std::vector<Tensor>& start, const Lbfgs& options = {});

}  // namespace gradpath::minimize
