#pragma once
// DeepLIFT: differences from a baseline instead of derivatives.
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of deep_lift.
struct DeepLift {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};  ///< logit or margin
    std::uint64_t seed = 0;  ///< of a random baseline
    Run run = {};

    static void visit(auto& self, auto&& f) { f("seed", self.seed, "of a random baseline"); }
};
/// The rescale rule (Shrikumar et al. 2017, section 3.5.1): a non-linear op passes Δy / Δx, the mean of its derivative
/// between baseline and input, instead of the derivative; a linear op passes its weights; where two inputs of an op
/// depend on the input (a product, a maximum) each gets its share by Shapley's value; a max-pool gives the difference
/// to its two winners. Values like x, in output units, and complete. A baseline with several draws is averaged over.
/// Throws ValueError for an op that has no rule, naming it, for a stage other than logit and margin, and for a model
/// whose rows depend on each other.
Attribution deep_lift(const Model& model, const Tensor& x, const DeepLift& options = {});

/// Options of deep_shap.
struct DeepShap {
    Target target = Predicted{};
    Baseline baseline = baseline::Gaussian{.samples = 32};  ///< the background
    OutputStage stage = {};
    std::uint64_t seed = 0;  ///< of a random background
    Run run = {};

    static void visit(auto& self, auto&& f) { f("seed", self.seed, "of a random background"); }
};
/// The mean of deep_lift over a background (Lundberg & Lee 2017, section 4.2), with standard errors: each row of
/// baseline::Samples, or draws of a random baseline. Values sum to F(x) less the mean of F over the background.
Attribution deep_shap(const Model& model, const Tensor& x, const DeepShap& options = {});

}  // namespace gradpath::attribution
