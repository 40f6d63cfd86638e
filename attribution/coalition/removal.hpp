#pragma once
// What is lost when a part of the input is taken away.
#include <gradpath/attribution/coalition/options.hpp>
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of feature_ablation.
using FeatureAblation = GameOptions;

/// F(x) - F(x without player i): one evaluation for each player. Its share is spread evenly over its features. Throws
/// as shapley.
Attribution feature_ablation(const Model& model, const Tensor& x, const FeatureAblation& options = {});

/// Options of occlusion.
struct Occlusion {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Extent window = {};  ///< automatic: a quarter of each side; of rows with one axis, one feature
    Extent stride = {};  ///< automatic: half of the window
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("window", self.window, "what is taken away at a time, such as 7x7; automatic: a quarter of each side");
        f("stride", self.stride, "how far the window moves; automatic: half of the window");
        f("seed", self.seed, "of a random baseline");
    }
};

/// F(x) - F(x without a window), for windows over the last two axes (all channels at once) or over the only one; a
/// feature gets the mean over the windows that hold it, of which the last in each direction ends at the edge (Zeiler &
/// Fergus 2014). Throws as shapley, and ShapeError for a window larger than the input.
Attribution occlusion(const Model& model, const Tensor& x, const Occlusion& options = {});

}  // namespace gradpath::attribution
