#pragma once
#include <gradpath/attribution/coalition/options.hpp>
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of rise.
struct Rise {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Index samples = 4000;                  ///< masks
    std::optional<double> tolerance = {};  ///< of half_width; masks are then as many as it takes
    Index max_samples = 100'000;           ///< at most, to meet a tolerance
    Extent cells = {7, 7};     ///< of the coarse mask; of rows with one axis, every feature is one
    double probability = 0.5;  ///< of a cell to be seen
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("samples", self.samples, "masks");
        f("tolerance", self.tolerance, "sample until the 95 % half-widths, divided by sum |A|, are within it");
        f("max-samples", self.max_samples, max_samples_help);
        f("cells", self.cells, "of the coarse mask, down and across, such as 7x7");
        f("probability", self.probability, "of a cell to be seen");
        f("seed", self.seed, "of the masks and of a random baseline");
    }
};

/// RISE (Petsiuk et al. 2018, eq. 6): Σ over random masks M of F(x ∘ M + x' ∘ (1 - M)) M / (samples · probability). A
/// mask is a coarse grid of cells that are seen or not, made smooth by bilinear interpolation and shifted at random;
/// rows with one axis have a mask of independent features. All rows and channels see the same masks; of a random
/// baseline, mask k sees draw k, in turn. With the standard error over masks, and half-widths
/// relative to Σ|A|; a tolerance is looked at from 30 masks on. Throws ShapeError, DTypeError or
/// ValueError where model, target, stage or baseline do not fit, or an option is out of range.
Attribution rise(const Model& model, const Tensor& x, const Rise& options = {});

}  // namespace gradpath::attribution
