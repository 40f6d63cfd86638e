#pragma once
// Methods that look at every coalition: 2^players evaluations for each row and draw of the baseline.
#include <gradpath/attribution/coalition/options.hpp>
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of shapley.
using Shapley = GameOptions;

/// The Shapley value of every player, exactly (Shapley 1953; Lundberg & Lee 2017): complete, and what it gives is the
/// mean over all orders of what a player adds when it comes. Up to 20 players, beyond that where 8 · 2^players bytes
/// for each target fit the budget. A player's share is spread evenly over its features. Throws ShapeError, DTypeError
/// or ValueError where model, target, stage, baseline or groups do not fit.
Attribution shapley(const Model& model, const Tensor& x, const Shapley& options = {});

/// Options of harsanyi.
struct Harsanyi {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Groups groups = {};
    double salient = 0;  ///< dividends of at most this part of the largest are left out
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("groups", self.groups, groups_help);
        f("salient", self.salient, "leave out dividends of at most this part of the largest, such as 0.05");
        f("seed", self.seed, "of a random baseline");
    }
};

/// The Harsanyi dividend w(S) of every coalition, in `dividends`: what its players do together and no fewer of them do
/// (Harsanyi 1963). The values are the dividends of two and more players and of single ones shared evenly, so with all
/// of them the Shapley values. A note tells how many are salient: above 0.05 of the largest, where `salient` is 0.
/// Throws as shapley.
Attribution harsanyi(const Model& model, const Tensor& x, const Harsanyi& options = {});

}  // namespace gradpath::attribution
