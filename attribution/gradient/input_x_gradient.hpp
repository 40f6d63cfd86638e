#pragma once
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of input_x_gradient.
struct InputXGradient {
    Target target = Predicted{};
    OutputStage stage = {};
    Run run = {};

    static void visit(auto&, auto&&) {}
};

/// x ∘ dF/dx, in output units (Shrikumar et al. 2016); equals Integrated Gradients from 0 for bias-free ReLU networks.
/// Throws ShapeError or ValueError where model, target or stage do not fit.
Attribution input_x_gradient(const Model& model, const Tensor& x, const InputXGradient& options = {});

}  // namespace gradpath::attribution
