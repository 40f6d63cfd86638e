#pragma once
// Dropout (Srivastava et al. 2014), in the inverted form: what is kept is scaled up, so that nothing changes outside
// training. It is active only inside a Training scope; explaining and evaluating run outside one.
#include <gradpath/autodiff/tensor.hpp>
#include <gradpath/nn/training.hpp>

namespace gradpath::nn {

/// Zeroes each number with probability `rate` and divides the others by 1 - rate. Not inside checkpoint(), whose second
/// run would draw another mask.
struct Dropout {
    double rate;

    /// Throws ValueError unless 0 ≤ rate < 1.
    explicit Dropout(double rate_in = 0.5);
    Tensor operator()(const Tensor& x) const;
};

}  // namespace gradpath::nn
