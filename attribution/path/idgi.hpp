#pragma once
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>
#include <gradpath/attribution/path/along_paths.hpp>

namespace gradpath::attribution {

/// Options of idgi.
struct Idgi {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    PathMeasure paths = {};  ///< empty: the straight line
    Index steps = 200;       ///< points on each edge of the path; where there is a tolerance, at first
    std::optional<double> tolerance = {};
    Index max_steps = 100'000;  ///< gradients per row, at most, where there is a tolerance
    std::uint64_t seed = 0;    ///< of a random baseline
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("steps", self.steps, "points on each edge of the path; at first, where there is a tolerance");
        f("tolerance", self.tolerance, "bound on the difference to half as many points");
        f("max-steps", self.max_steps, "gradients per row, at most, to meet a tolerance");
        f("seed", self.seed, "of a random baseline");
    }
};

/// Important Direction Gradient Integration (Yang et al. 2023, eq. 7): every step of F along a path is shared in
/// proportion to the squares of the gradient where the step begins, A += g² / ‖g‖² · (F(next) - F(here)). It
/// telescopes: complete for any number of steps. Where the gradient is 0, the next one on the path that is not is
/// taken (the published code divides by zero). Unchanged features get shares, and the sign of a share is that of the
/// step. The mean over the draws of the baseline. Throws ValueError for options out of range, and as along_paths.
Attribution idgi(const Model& model, const Tensor& x, const Idgi& options = {});

}  // namespace gradpath::attribution
