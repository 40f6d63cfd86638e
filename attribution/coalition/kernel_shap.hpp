#pragma once
#include <gradpath/attribution/coalition/sampling.hpp>

namespace gradpath::attribution {

/// Options of kernel_shap.
struct KernelShap {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Groups groups = {};
    /// Coalitions to draw, 2 players + 2048 where left out; antithetic: each with its complement.
    Sampling sampling = {};
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("groups", self.groups, "players: features, patches:7x7, grid:4x4, block:K, or the player of every feature");
        Sampling::visit(self.sampling, f);
        f("seed", self.seed, "of the coalitions and of a random baseline");
    }
};

/// KernelSHAP (Lundberg & Lee 2017, theorem 2): the additive game nearest to v by least squares with the Shapley
/// kernel (n-1) / (C(n,s) s (n-s)), which over all coalitions is the Shapley value. v(nobody) and v(everybody) are
/// exact constraints. The coalitions of one player and of all but one are always looked at, the others drawn by the
/// kernel with their complements (Covert & Lee 2021); where as many as asked for are all there are, all of them, and the
/// answer is exact. The standard error is the sandwich estimate over the drawn pairs. Throws as shapley_sampling.
Attribution kernel_shap(const Model& model, const Tensor& x, const KernelShap& options = {});

}  // namespace gradpath::attribution
