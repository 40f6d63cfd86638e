#pragma once
#include <gradpath/attribution/coalition/options.hpp>
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of lime.
struct Lime {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Groups groups = {};
    Index samples = 1000;  ///< coalitions drawn, beside everybody
    std::optional<double> tolerance = {};  ///< of half_width; samples are then as many as it takes
    Index max_samples = 100'000;           ///< at most, to meet a tolerance
    double width = 0.25;   ///< of the kernel, in cosine distance
    double ridge = 1e-3;   ///< penalty, where the weights sum to 1
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("groups", self.groups, groups_help);
        f("samples", self.samples, "coalitions drawn");
        f("tolerance", self.tolerance, tolerance_help);
        f("max-samples", self.max_samples, max_samples_help);
        f("width", self.width, "of the kernel, in cosine distance from the input");
        f("ridge", self.ridge, "penalty on the squares of the coefficients, where the weights sum to 1");
        f("seed", self.seed, "of the coalitions and of a random baseline");
    }
};

/// LIME (Ribeiro et al. 2016): the coefficients of a weighted ridge regression, with intercept, of v(S) on who takes
/// part, over coalitions in which everyone takes part with probability 1/2, and everybody. The weights are
/// exp(-d² / width²), d = 1 - √(|S| / players) the cosine distance. The standard error is the sandwich estimate; a
/// tolerance is looked at from 30 coalitions and twice the coefficients on. Throws as shapley_sampling, ValueError for
/// a width not above 0 or a negative ridge, and NumericError where without a ridge samples are too few.
Attribution lime(const Model& model, const Tensor& x, const Lime& options = {});

}  // namespace gradpath::attribution
