#pragma once
// DeepLIFT: differences from a baseline instead of derivatives.
#include <string>
#include <string_view>

#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// How an op that is not linear hands on its difference Δy. rescale: its input gets Δy / Δx for each unit of Δx
/// (Shrikumar et al. 2017, section 3.5). reveal-cancel: what rose and what fell of Δx each get half of what they do
/// alone and half of what they add to the other, so that what cancels within a sum is seen (the RevealCancel rule).
enum class DeepLiftRule : std::uint8_t { rescale, reveal_cancel };
/// "rescale", "reveal-cancel". Throws ValueError that lists them and names the nearest.
DeepLiftRule parse_deep_lift_rule(std::string_view text);
std::string describe(DeepLiftRule rule);
// For option structs (core/names.hpp).
void parse_field(const std::string& what, std::string_view text, DeepLiftRule& field);
std::string field_text(DeepLiftRule field);

/// Options of deep_lift.
struct DeepLift {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};  ///< logit or margin
    DeepLiftRule rule = DeepLiftRule::rescale;
    std::uint64_t seed = 0;  ///< of a random baseline
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("rule", self.rule, "rescale or reveal-cancel");
        f("seed", self.seed, "of a random baseline");
    }
};
/// Differences between baseline and input, handed down from the output: an op of one number by its rule, which without
/// reveal-cancel is the mean of its derivative in between; a linear op by its weights; where two inputs of an op depend
/// on the input (a product, a maximum) each gets its share by Shapley's value; a max-pool gives the difference to its
/// two winners. Values like x, in output units, and complete. A baseline with several draws is averaged over.
/// Throws ValueError for an op that has no rule, naming it, for a stage other than logit and margin, and for a model
/// whose rows depend on each other.
Attribution deep_lift(const Model& model, const Tensor& x, const DeepLift& options = {});

/// Options of deep_shap.
struct DeepShap {
    Target target = Predicted{};
    Baseline baseline = baseline::Gaussian{.samples = 32};  ///< the background
    OutputStage stage = {};
    DeepLiftRule rule = DeepLiftRule::rescale;
    std::uint64_t seed = 0;  ///< of a random background
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("rule", self.rule, "rescale or reveal-cancel");
        f("seed", self.seed, "of a random background");
    }
};
/// The mean of deep_lift over a background (Lundberg & Lee 2017, section 4.2), with standard errors: each row of
/// baseline::Samples, or draws of a random baseline. Values sum to F(x) less the mean of F over the background.
Attribution deep_shap(const Model& model, const Tensor& x, const DeepShap& options = {});

}  // namespace gradpath::attribution
