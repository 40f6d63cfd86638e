#pragma once
#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of blur_ig.
struct BlurIg {
    Target target = Predicted{};
    OutputStage stage = {};
    Quadrature quadrature = {};
    double max_sigma = 0;  ///< in pixels; 0: a quarter of the height (of the length, for vectors), at most 50
    Index edges = 100;     ///< levels of blur on the way
    bool squared = false;  ///< levels evenly spaced in sigma² (heat diffuses evenly) instead of sigma
    Run run = {};

    static void visit(auto& self, auto&& f) {
        Quadrature::visit(self.quadrature, f);
        f("max-sigma", self.max_sigma, "blur of the baseline in pixels; 0: a quarter of the height, at most 50");
        f("edges", self.edges, "levels of blur on the way");
        f("squared", self.squared, "levels evenly spaced in sigma squared");
    }
};

/// Gradients gathered while the input comes into focus: the path x blurred by sigma from max_sigma to 0 (Xu et al.
/// 2020, eq. 4), followed by straight edges, so that Σ Aᵢ = F(x) - F(x blurred) holds. Blurs the last two axes, of
/// [rows, features] the last; outside counts as zero. Throws ValueError for options out of range, and as along_paths.
Attribution blur_ig(const Model& model, const Tensor& x, const BlurIg& options = {});

}  // namespace gradpath::attribution
