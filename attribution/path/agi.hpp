#pragma once
#include <gradpath/attribution/path/along_walks.hpp>

namespace gradpath::attribution {

/// Options of agi.
struct Agi {
    Target target = Predicted{};
    OutputStage stage = {};  ///< the paper explains the probability
    Index steps = 20;        ///< of each attack, at most
    Index classes = 20;      ///< attacks towards this many other classes, at most all
    double rate = 0.05;      ///< of a step, in the units of x
    /// The range that an input may have; left out: 0 to 1, or what its row spans where that is wider.
    std::optional<double> low = {}, high = {};
    EdgeQuadrature quadrature = {};
    std::uint64_t seed = 0;  ///< which classes are attacked where there are more
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("steps", self.steps, "of each attack, at most");
        f("classes", self.classes, "attacks towards this many other classes, at most all");
        f("rate", self.rate, "of a step, in the units of the input");
        f("low", self.low, "the least value that an input may have");
        f("high", self.high, "the largest value that an input may have");
        EdgeQuadrature::visit(self.quadrature, f);
        f("seed", self.seed, "which classes are attacked where there are more");
    }
};

/// Adversarial Gradient Integration (Pan et al. 2021, algorithm 1): from the input, walks towards other classes t by
/// steps rate · sign ∇p_t, stopping where the model answers t, and integrates the explained number back to the input;
/// the mean over the classes, so that Σ Aᵢ = F(x) - mean F(where the walks end) up to the quadrature of the steps (the
/// paper adds the classes up). It needs no baseline. (The authors' code begins each step at the original input anew and
/// so does not walk.) Throws ValueError for a model with one output, a rate or range that cannot be, an input outside
/// the range that was given; and as along_walks. All targets are the targets one by one.
Attribution agi(const Model& model, const Tensor& x, const Agi& options = {});

}  // namespace gradpath::attribution
