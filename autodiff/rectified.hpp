#pragma once
// relu in one op with what stands beside it: fewer passes over the numbers, and the slope is masked where there are
// fewest of them. For layers; recorded graphs show the plain ops. The step that made such a tensor has the code of the
// op that is not relu.
#include <gradpath/autodiff/ops.hpp>

namespace gradpath {

/// relu(linear(x, weight, bias)), to the same bits.
Tensor linear_relu(const Tensor& x, const Tensor& weight, const Tensor& bias);
/// max_pool2d(relu(x)), the same numbers and slopes: relu never falls, so it may as well follow the pool.
Tensor relu_max_pool2d(const Tensor& x, const Pool2d& options = {});

/// Does any scope of this thread look at single ops or tapped places? Then a layer should run and name the plain ops.
bool is_observed();

}  // namespace gradpath
