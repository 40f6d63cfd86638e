#pragma once
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of integrated_gradients.
struct IntegratedGradients {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Quadrature quadrature = {};
    std::uint64_t seed = 0;  ///< of a random baseline
    Run run = {};

    static void visit(auto& self, auto&& f) {
        Quadrature::visit(self.quadrature, f);
        f("seed", self.seed, "of a random baseline");
    }
};

/// A = (x - x') ∘ ∫₀¹ ∇F(x' + t (x - x')) dt, in output units (Sundararajan et al. 2017, eq. 1); the mean over the
/// draws of a baseline distribution. Throws ShapeError, DTypeError or ValueError where model, target, stage, baseline
/// or quadrature do not fit.
Attribution integrated_gradients(const Model& model, const Tensor& x, const IntegratedGradients& options = {});

}  // namespace gradpath::attribution
