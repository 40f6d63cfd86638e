#pragma once
// Gradients with another rule at relus.
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of guided_backprop and deconvnet.
struct ReluRules {
    Target target = Predicted{};
    OutputStage stage = {};
    Run run = {};

    static void visit(auto&, auto&&) {}
};
/// The gradient, but a relu passes only what is positive, and only where its input is (Springenberg et al. 2015,
/// section 3.4). Like x, in output units per input unit. All other ops pass their derivative.
Attribution guided_backprop(const Model& model, const Tensor& x, const ReluRules& options = {});
/// The gradient, but a relu passes what is positive, whatever its input (Zeiler & Fergus 2014, section 2.1).
Attribution deconvnet(const Model& model, const Tensor& x, const ReluRules& options = {});

}  // namespace gradpath::attribution
