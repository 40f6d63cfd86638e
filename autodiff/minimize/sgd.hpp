#pragma once
// Stochastic gradient descent with momentum (Polyak 1964; Nesterov 1983 in the form of Sutskever et al. 2013).
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::minimize {

struct Sgd {
    double rate = 0.01;
    double momentum = 0;
    bool nesterov = false;
    double weight_decay = 0;  ///< added to the gradient, times the parameter
};
struct SgdState {
    std::vector<Tensor> velocity = {};  ///< shaped like the parameters; the first step with momentum makes it
};

/// d = g + weight_decay p; v ← momentum v + d; p ← p - rate v, or p - rate (d + momentum v) with nesterov. A buffer
/// that only this list owns is updated in place; handles copied before keep their numbers. Throws ValueError for
/// options out of range or lists of different lengths, ShapeError or DTypeError where a gradient does not fit; nothing
/// is changed then.
void step(std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients, SgdState& state, const Sgd& options);

}  // namespace gradpath::minimize
