#pragma once
#include <optional>
#include <string>
#include <vector>

#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>
#include <gradpath/attribution/core/quadrature.hpp>
#include <gradpath/attribution/neurons/region.hpp>

namespace gradpath::attribution {

/// Options of internal_neurons.
struct InternalNeurons {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    std::string layer = {};  ///< a tap of the model
    Region region = region::Whole{};
    std::optional<Index> steps = {};
    std::optional<QuadratureRule> rule = {};  ///< exact, or a fixed one
    bool paper = false;                       ///< differences of the layer between points, as published
    std::uint64_t seed = 0;                   ///< of a random baseline
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("layer", self.layer, "a tap of the model");
        f("region", self.region,
          "of the input: whole, box:TOP,BOTTOM,LEFT,RIGHT, top:SHARE or, in the program, mask:FILE");
        f("steps", self.steps, "points on the path");
        f("rule", self.rule, "exact, or a fixed quadrature rule");
        f("paper", self.paper, "differences of the layer between points instead of its derivative, as published");
        f("seed", self.seed, "of a random baseline");
    }
};

/// How much of the change of F from baseline to input, as far as the region of the input makes it, passes through each
/// neuron of a layer: values [rows, layer shape], in output units (Lundstrom et al. 2022, section 6), by one forward
/// and one reverse derivative for each point, and a second forward one that the sums are checked by. Without rule and
/// steps a piecewise-linear model is looked at midway in each piece, which leaves rounding alone (what a smooth output
/// stage does inside a piece is averaged to 1e-10, in float32 to 1e-6), any other at 256 points of Gauss-Legendre. With
/// the whole input as the region this is conductance, and where the layer cuts every way from input to output it sums
/// to F(x) - F(x'). `region::Top` asks for Integrated Gradients of x first. Every answer carries the identities of the
/// joint attribution (identities.hpp) as it keeps them. `paper` takes the published difference form: right end points,
/// 256 or `steps` of them, and no rule; Δ = D / steps, dH = H(z + Δ ∘ S) - H(z). Throws ValueError for a layer that the
/// model does not have, naming the nearest, and where target, stage, baseline, rule or region do not fit.
Attribution internal_neurons(const Model& model, const Tensor& x, const InternalNeurons& options);
/// The same for several layers in one pass: all share each forward and reverse sweep. Without names: every layer.
std::vector<Attribution> internal_neurons(const Model& model, const Tensor& x, const InternalNeurons& options,
                                          std::vector<std::string> layers);

/// Options of conductance and internal_influence.
struct LayerPath {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    std::string layer = {};
    std::optional<Index> steps = {};
    std::optional<QuadratureRule> rule = {};
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("layer", self.layer, "a tap of the model");
        f("steps", self.steps, "points on the path");
        f("rule", self.rule, "exact, or a fixed quadrature rule");
        f("seed", self.seed, "of a random baseline");
    }
};
/// Σᵢ of the joint attribution of inputs i and each neuron: what passes through it (Dhamdhere et al. 2019, eq. 3).
Attribution conductance(const Model& model, const Tensor& x, const LayerPath& options);
std::vector<Attribution> conductance(const Model& model, const Tensor& x, const LayerPath& options,
                                     std::vector<std::string> layers);
/// ∫ dG/dy_j along the path of the input: how much the output answers to each neuron (Leino et al. 2018, eq. 1), in
/// output units per unit of the neuron.
Attribution internal_influence(const Model& model, const Tensor& x, const LayerPath& options);
std::vector<Attribution> internal_influence(const Model& model, const Tensor& x, const LayerPath& options,
                                            std::vector<std::string> layers);

}  // namespace gradpath::attribution
