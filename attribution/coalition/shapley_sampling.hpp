#pragma once
#include <gradpath/attribution/coalition/options.hpp>

namespace gradpath::attribution {

/// Options of shapley_sampling.
struct ShapleySampling {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Groups groups = {};
    Sampling sampling = {};   ///< samples: orders, 2000 where left out
    bool stratified = false;  ///< every order with all of its rotations: each player comes first, second, .. as often
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("groups", self.groups, groups_help);
        Sampling::visit(self.sampling, f);
        f("stratified", self.stratified, "every order with all of its rotations, so that sizes of coalitions are even");
        f("seed", self.seed, "of the orders and of a random baseline");
    }
};

/// Shapley values by random orders of the players, each the mean of what a player adds when it comes (Castro et al.
/// 2009), with reversed orders as antithetic pairs (Mitchell et al. 2022), and by size of coalition (Maleki et al.
/// 2013). Complete for any number of orders. The standard error is that of independent blocks: an order, its reverse
/// and their rotations. Throws as shapley, and ValueError for samples below 1 or a tolerance not above 0.
Attribution shapley_sampling(const Model& model, const Tensor& x, const ShapleySampling& options = {});

}  // namespace gradpath::attribution
