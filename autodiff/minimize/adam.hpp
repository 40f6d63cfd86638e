#pragma once
// Adam (Kingma & Ba 2015, algorithm 1) with decoupled weight decay (AdamW: Loshchilov & Hutter 2019).
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::minimize {

struct Adam {
    double rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;  ///< decoupled: p shrinks by the factor 1 - rate · weight_decay each step
};
/// Adam by the name and with the default of its decoupled decay. Goes wherever Adam goes.
struct AdamW {
    double rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 1e-2;
    operator Adam() const { return {rate, beta1, beta2, epsilon, weight_decay}; }
};
struct AdamState {
    std::vector<Tensor> mean = {}, variance = {};  ///< shaped like the parameters; the first step makes them
    Index steps = 0;
};

/// m ← β₁m + (1-β₁)g; v ← β₂v + (1-β₂)g²; p ← p - rate (m̂ / (√v̂ + ε) + weight_decay p), m̂ = m/(1-β₁ᵗ), v̂ =
/// v/(1-β₂ᵗ). A buffer that only this list owns is updated in place; handles copied before keep their numbers. Throws
/// ValueError for options out of range or lists of different lengths, ShapeError or DTypeError where a gradient does
/// not fit; nothing is changed then.
void step(std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients, AdamState& state, const Adam& options);

}  // namespace gradpath::minimize
