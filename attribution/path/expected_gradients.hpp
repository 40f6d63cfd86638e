#pragma once
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of expected_gradients.
struct ExpectedGradients {
    Target target = Predicted{};
    Baseline baseline = baseline::Gaussian{.sigma = 1};
    OutputStage stage = {};
    Index samples = 200;     ///< pairs of a baseline and a place on the line from it
    bool antithetic = true;  ///< every second draw of a random baseline mirrors the one before
    /// Given: the line from each of the `samples` baselines is integrated to it instead of sampled.
    std::optional<double> tolerance = {};
    Index max_steps = 100'000;  ///< gradients per row and baseline, at most, where there is a tolerance
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("samples", self.samples, "pairs of a baseline and a place on the line from it");
        f("antithetic", self.antithetic, "every second draw of a random baseline mirrors the one before");
        f("tolerance", self.tolerance, "integrate the line from each sampled baseline to it instead of sampling");
        f("max-steps", self.max_steps, "gradients per row and baseline, at most, to meet a tolerance");
        f("seed", self.seed, "of baselines and places");
    }
};

/// Expected Gradients, also known as GradientSHAP: A = E[(x - x') ∘ ∇F(x' + t (x - x'))] over baselines x' and t
/// uniform in [0, 1] (Erion et al. 2021, eq. 3), with the standard error of the mean. t is stratified: one draw in
/// each of `samples` equal parts of [0, 1], in random order. A pool of samples is dealt out in random order, each
/// once before any again. The distribution should have room for many draws: `uniform`, `gaussian` or a pool. Throws
/// as along_paths.
Attribution expected_gradients(const Model& model, const Tensor& x, const ExpectedGradients& options = {});

}  // namespace gradpath::attribution
