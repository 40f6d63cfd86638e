#pragma once
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/path/along_walks.hpp>

namespace gradpath::attribution {

/// Options of guided_ig.
struct GuidedIg {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Index steps = 200;       ///< of the walk; one gradient each to choose the way
    double fraction = 0.25;  ///< of the features that move first, those of least slope
    double distance = 0.02;  ///< how far a feature may be ahead of or behind the straight line, as a share of it
    EdgeQuadrature quadrature = {};
    std::uint64_t seed = 0;  ///< of a random baseline
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("steps", self.steps, "of the walk");
        f("fraction", self.fraction, "of the features, those of least slope, that move first");
        f("distance", self.distance, "of a feature from the straight line, as a share of it, at most");
        EdgeQuadrature::visit(self.quadrature, f);
        f("seed", self.seed, "of a random baseline");
    }
};

/// A walk from the baseline to the input that goes where the slopes are small, within a band around the straight line
/// (Kapishnikov et al. 2021, algorithm 1); features with equal slopes move together. Distance 0 is the straight line:
/// Integrated Gradients with the left rule. Throws ValueError for options out of range, and as along_walks.
Attribution guided_ig(const Model& model, const Tensor& x, const GuidedIg& options = {});

}  // namespace gradpath::attribution
