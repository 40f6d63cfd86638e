#pragma once
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Families of monotone paths from x' to x = x' + D.
enum class MonotonePaths : std::uint8_t {
    powers,  ///< x' + D ∘ t^p, each feature with a random power p between 1/2 and 2
    orders   ///< one feature after the other, in a random order; the mean over all orders is the Shapley value
};
std::string describe(MonotonePaths paths);
/// Reads the name back: an option of path_ensemble. Throws ValueError that begins with `what` and lists both.
void parse_field(const std::string& what, std::string_view text, MonotonePaths& field);
inline std::string field_text(MonotonePaths field) { return describe(field); }

/// Options of path_ensemble.
struct PathEnsemble {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Quadrature quadrature = {};
    MonotonePaths paths = MonotonePaths::powers;
    Index samples = 8;  ///< paths for each draw of the baseline
    Index edges = 16;   ///< straight edges of a path of powers
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        Quadrature::visit(self.quadrature, f);
        f("paths", self.paths, "powers or orders");
        f("samples", self.samples, "paths for each draw of the baseline");
        f("edges", self.edges, "straight edges of a path of powers");
        f("seed", self.seed, "of the paths and of a random baseline");
    }
};

/// The mean of path attributions over random monotone paths: what completeness, linearity, dummy and positivity leave
/// room for (Lundstrom et al. 2022). The standard error is that of the mean over the paths, and over several draws of
/// the baseline that of the mean over these, each with all of its paths. Throws as along_paths.
Attribution path_ensemble(const Model& model, const Tensor& x, const PathEnsemble& options = {});

}  // namespace gradpath::attribution
