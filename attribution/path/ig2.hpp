#pragma once
#include <limits>

#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/path/along_walks.hpp>

namespace gradpath::attribution {

/// Options of ig2.
struct Ig2 {
    Target target = Predicted{};
    Baseline references = baseline::Zero{};  ///< what the walk goes towards, in the representation
    OutputStage stage = {};
    Model representation = {};  ///< rows → [rows, features]; empty: the model's own output
    Index steps = 200;
    double rate = 1;  ///< the L2 length of a step, in the units of x
    double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
    EdgeQuadrature quadrature = {};
    std::uint64_t seed = 0;  ///< of random references
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("steps", self.steps, "of each walk");
        f("rate", self.rate, "the L2 length of a step, in the units of the input");
        f("low", self.low, "the least value that an input may have");
        f("high", self.high, "the largest value that an input may have");
        EdgeQuadrature::visit(self.quadrature, f);
        f("seed", self.seed, "of random references");
    }
};

/// IG2 (Zhuo & Ge 2024, eq. 8 and 9): from the input, descends ‖r(z) - r(reference)‖² by steps of one length, and
/// integrates the explained number back; the mean over the references. Σ Aᵢ = F(x) - F(where the walk ends) up to the
/// quadrature of the steps. A walk that has arrived, to rounding, stays. Throws ValueError for options out of range,
/// and as along_walks.
Attribution ig2(const Model& model, const Tensor& x, const Ig2& options = {});

}  // namespace gradpath::attribution
