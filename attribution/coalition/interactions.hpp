#pragma once
#include <gradpath/attribution/coalition/sampling.hpp>

namespace gradpath::attribution {

/// Options of shapley_interactions and shapley_taylor.
struct Interactions {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Groups groups = {};
    Sampling sampling = {};
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("groups", self.groups, "players: features, patches:7x7, grid:4x4, block:K, or the player of every feature");
        Sampling::visit(self.sampling, f);
        f("seed", self.seed, "of the orders and of a random baseline");
    }
};

/// [rows, (targets,) features, features]: half the Shapley interaction index of two players (Grabisch & Roubens 1999) on
/// each side of the diagonal, and there what is left of their Shapley values, so rows sum to these (Lundberg et al. 2020,
/// eq. 4). Exact for up to 16 players where no samples are asked for, else by 200 random orders, each of which takes
/// players²/2 evaluations. Throws as shapley.
Attribution shapley_interactions(const Model& model, const Tensor& x, const Interactions& options = {});

/// The same for the Shapley-Taylor index of order 2: what a player does alone on the diagonal, and each pair's part of
/// the rest beside it (Sundararajan et al. 2020, eq. 5). Its rows, too, sum to the Shapley values where it is exact.
Attribution shapley_taylor(const Model& model, const Tensor& x, const Interactions& options = {});

}  // namespace gradpath::attribution
