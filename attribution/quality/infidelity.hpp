#pragma once
#include <functional>
#include <optional>
#include <vector>

#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution::quality {

/// Options of infidelity.
struct Infidelity {
    Target target = Predicted{};
    OutputStage stage = {};
    double deviation = 0.1;  ///< of the normal perturbations, in the units of x
    Index samples = 10;      ///< perturbations
    /// The user's own: x → I, shaped like x, for sample 0, 1, .. ; in place of normal ones.
    std::function<Tensor(const Tensor& x, Index sample)> perturb = {};
    /// x - x' of a method whose values are shares of F(x) - F(x'), broadcasting to x: values are divided by it, and are
    /// 0 where it is. Left out: the values are slopes.
    std::optional<Tensor> difference = {};
    /// Scale the values by the factor β that suits them best: how large they are counts no longer.
    bool normalised = false;
    std::uint64_t seed = 0;
    Run run = {};
};
/// Do the values foretell what a perturbation I does? Per row the mean over perturbations of (I · A - (F(x) - F(x -
/// I)))², in squared units of F; 0 for the gradient of a linear F (Yeh et al. 2019, definition 2.1). Normalised, A is
/// scaled by β = Σ (I · A) ΔF / Σ (I · A)², 1 where that is 0/0 (Yeh et al. 2019, section 2.2). Throws ShapeError
/// unless values and perturbations are shaped like x, ValueError for all targets, samples below 1 or a deviation that
/// is not above 0.
std::vector<double> infidelity(const Model& model, const Tensor& x, const Tensor& values,
                               const Infidelity& options = {});

}  // namespace gradpath::attribution::quality
