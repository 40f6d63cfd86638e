#pragma once
// Layer-wise relevance propagation: the output is handed down, layer by layer, in proportion to what each unit gave.
#include <optional>
#include <string>
#include <string_view>

#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// How a layer z_j = Σᵢ a_i w_ij + b_j hands R_j on to its inputs. All but flat and w-squared do it in proportion to a
/// contribution, R_i = Σ_j c_ij / Σᵢ c_ij R_j, where the bias keeps its part:
///   zero         a w (Bach et al. 2015, eq. 56); epsilon: with ε sign(z) added to the sum (eq. 58)
///   gamma        a w + γ (a w)⁺ where z > 0, a w + γ (a w)⁻ where z < 0 (Montavon et al. 2019, section 10.2.1; for
///                inputs of both signs Andéol et al. 2021)
///   alpha-beta   α times (a w)⁺ less (α - 1) times (a w)⁻, each in proportion to its own sum (Bach, eq. 60)
///   z-plus       (a w)⁺ alone: alpha-beta with α = 1 (Montavon et al. 2017, section 4.2)
///   z-box        a w - low w⁺ - high w⁻, without bias, for inputs within [low, high] (Montavon et al. 2017, z^B)
///   flat         the same to all inputs of a unit (Lapuschkin et al. 2019); w-squared: w² (Montavon et al. 2017)
/// composite is not a rule of a layer: z-box first, gamma in convolutions, epsilon in dense layers, zero at the top.
enum class LrpRule : std::uint8_t { zero, epsilon, gamma, alpha_beta, z_plus, z_box, flat, w_squared, composite };
/// "zero", .., "composite". Throws ValueError that lists them and names the nearest.
LrpRule parse_lrp_rule(std::string_view text);
std::string describe(LrpRule rule);
// For option structs (core/names.hpp).
void parse_field(const std::string& what, std::string_view text, LrpRule& field);
std::string field_text(LrpRule field);

/// Options of lrp.
struct Lrp {
    Target target = Predicted{};
    OutputStage stage = {};                               ///< logit or margin
    LrpRule rule = LrpRule::epsilon;                      ///< of the layers that none of the next four names
    std::optional<LrpRule> first = {};                    ///< of the layers at the input,
    std::optional<LrpRule> top = {};                      ///< at the output,
    std::optional<LrpRule> convolution = {}, dense = {};  ///< and of those between, by what they are
    double epsilon = 1e-9;
    double gamma = 0.25;
    double alpha = 2;
    double low = 0, high = 1;  ///< bounds of the input, for z-box
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("rule", self.rule, "zero epsilon gamma alpha-beta z-plus z-box flat w-squared, or composite");
        f("first", self.first, "the rule of the layers at the input");
        f("top", self.top, "the rule of the layers at the output");
        f("convolution", self.convolution, "the rule of convolutions in between");
        f("dense", self.dense, "the rule of dense layers in between");
        f("epsilon", self.epsilon, "keeps sums away from 0");
        f("gamma", self.gamma, "by how much rule gamma favours contributions of the unit's own sign");
        f("alpha", self.alpha, "the share of what counts upwards in rule alpha-beta, at least 1");
        f("low", self.low, "the least number that an input may be, for rule z-box");
        f("high", self.high, "the largest");
    }
};
/// Relevance of each input feature, like x, in output units. The output is what is handed down; a layer is a product or
/// convolution with weights and the shifts and scales by constants that follow it, so a batch norm behind a layer is
/// folded into it. Sums go by zero (of two tensors by epsilon, unless the rule is zero), maxima to the winner, products
/// of two tensors half to each (Achtibat et al. 2024); what an activation of one number got its input gets, whole, and
/// so do inputs only shifted or scaled before the first layer. On a ReLU network rule zero is input x gradient,
/// and without biases Integrated Gradients from 0. Throws ValueError for an op that has no rule, naming it and its
/// place, for a stage other than logit and margin, for options out of range, and where z-box does not fit.
Attribution lrp(const Model& model, const Tensor& x, const Lrp& options = {});

}  // namespace gradpath::attribution
