#pragma once
#include <gradpath/attribution/coalition/options.hpp>

namespace gradpath::attribution {

/// Options of owen.
struct Owen {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Groups groups = {};
    Groups unions = {};  ///< of features, each a union of players; features: every player by itself
    Sampling sampling = {};
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("groups", self.groups, groups_help);
        f("unions", self.unions, "unions of players, as groups; features: every player by itself");
        Sampling::visit(self.sampling, f);
        f("seed", self.seed, "of the orders and of a random baseline");
    }
};

/// The Owen value (Owen 1977; López & Saboya 2009): the mean of what a player adds over the orders in which the
/// players of a union come one after the other. Without unions, or with one, the Shapley value. Exact for up to 16
/// players where no samples are asked for, else by 2000 random orders. Throws as shapley, and ValueError for a player
/// of two unions.
Attribution owen(const Model& model, const Tensor& x, const Owen& options = {});

}  // namespace gradpath::attribution
