#pragma once
#include <gradpath/attribution/coalition/sampling.hpp>

namespace gradpath::attribution {

/// Options of banzhaf.
struct Banzhaf {
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
        f("seed", self.seed, "of the coalitions and of a random baseline");
    }
};

/// The Banzhaf value: what a player adds to a coalition drawn at random, each as likely (Banzhaf 1965; Wang & Jia
/// 2023). Not complete. Exact for up to 16 players where no samples are asked for, else by 2000 random coalitions, each
/// with its opposite. Throws as shapley.
Attribution banzhaf(const Model& model, const Tensor& x, const Banzhaf& options = {});

}  // namespace gradpath::attribution
