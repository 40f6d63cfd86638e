#pragma once
// RMSprop (Tieleman & Hinton 2012, lecture 6.5), with momentum and, centred, with the variance (Graves 2013, p. 23).
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::minimize {

struct RmsProp {
    double rate = 1e-2;
    double smoothing = 0.99;  ///< of the running means
    double epsilon = 1e-8;
    double momentum = 0;
    bool centered = false;    ///< divide by the standard deviation, not by the root of the mean square
    double weight_decay = 0;  ///< added to the gradient, times the parameter
};
struct RmsPropState {
    /// Running means of g² and g, and the velocity; shaped like the parameters. The first step that needs one makes it.
    std::vector<Tensor> square = {}, mean = {}, velocity = {};
    static void visit(auto& self, auto&& f) {
        f("square", self.square);
        f("mean", self.mean);
        f("velocity", self.velocity);
    }
};

/// d = g + weight_decay p; s ← αs + (1-α)d²; u = d / (√s + ε), or centred d / (√(s - m²) + ε) with m ← αm + (1-α)d;
/// v ← momentum v + u; p ← p - rate v. A buffer that only this list owns is updated in place; handles copied before
/// keep their numbers. Throws ValueError for options out of range or lists of different lengths, ShapeError or
/// DTypeError where a gradient does not fit; nothing is changed then.
void step(std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients, RmsPropState& state,
          const RmsProp& options);

}  // namespace gradpath::minimize
