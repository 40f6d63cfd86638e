#pragma once
#include <optional>

#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of integrated_hessians.
struct IntegratedHessians {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Index steps = 64;                      ///< nodes of the quadrature; where there is a tolerance, at first
    std::optional<double> tolerance = {};  ///< of the completeness gap and of the difference to half the nodes
    Index max_steps = 4096;                ///< nodes per row, at most, where there is a tolerance
    double softplus = 10;  ///< sharpness of what stands for relus and max-pools (soften.hpp); 0: they stay as they are
    std::uint64_t seed = 0;  ///< of a random baseline
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("steps", self.steps, "nodes of the quadrature; at first, where there is a tolerance");
        f("tolerance", self.tolerance, "bound on the completeness gap and on the difference to half the nodes");
        f("max-steps", self.max_steps, "nodes per row, at most, to meet a tolerance");
        f("softplus", self.softplus,
          "sharpness of what stands for relus and max-pools, whose own Hessian is 0; 0: they stay as they are");
        f("seed", self.seed, "of a random baseline");
    }
};

/// Interactions of pairs of features (Janizek et al. 2021, eq. 4 and 5), values [rows, input shape, input shape],
/// with all targets [rows, targets, input shape, input shape]: G_ij = D_i D_j ∫₀¹ -s log s · F_ij(x' + sD) ds, and
/// D_i ∫₀¹ -log s · F_i ds more on the diagonal. The double integral of the paper over places a and b is this single
/// one, for ab = s has the density -log s. Rows of G sum to Integrated Gradients, all of it to F(x) - F(x'), where F
/// has no kinks. Where the model has relus or max-pools, F is the model with softplus and log(mean exp) in their place,
/// which a note says; the target is decided by the model itself. Of other kinks (abs, maximum) the Hessian knows
/// nothing: where the sum misses by more than 0.01 of its size, a note says so. Costs `steps` gradients and `steps`
/// times the number of features Hessian products. Throws ValueError for more than 1024 features; and as along_paths.
Attribution integrated_hessians(const Model& model, const Tensor& x, const IntegratedHessians& options = {});

}  // namespace gradpath::attribution
