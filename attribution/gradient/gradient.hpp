#pragma once
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of gradient.
struct Gradient {
    Target target = Predicted{};
    OutputStage stage = {};
    Run run = {};

    static void visit(auto&, auto&&) {}
};

/// dF/dx at the input, signs kept, in output units per input unit (Baehrens et al. 2010; Simonyan et al. 2014).
/// Throws ShapeError or ValueError where model, target or stage do not fit.
Attribution gradient(const Model& model, const Tensor& x, const Gradient& options = {});

}  // namespace gradpath::attribution
