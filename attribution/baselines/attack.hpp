#pragma once
// Inputs moved a little so that a classifier is led away from its answer.
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of fgsm.
struct Fgsm {
    Target target = Predicted{};  ///< the class of each row that it is led away from
    double epsilon = 0.1;         ///< of every feature, at most
    double low = 0, high = 1;     ///< the range of features
    Run run = {};
};
/// The fast gradient sign method (Goodfellow et al. 2015, section 4): clip(x - ε sign ∇ log p(target)). Throws
/// ShapeError or ValueError where model, target or options do not fit.
Tensor fgsm(const Model& model, const Tensor& x, const Fgsm& options = {});

/// Options of pgd.
struct Pgd {
    Target target = Predicted{};
    double epsilon = 0.1;
    double low = 0, high = 1;
    Index steps = 20;
    double rate = 0.02;     ///< of every feature, in each step
    bool scattered = true;  ///< begins at a random point of the ball; else at the input
    std::uint64_t seed = 0;
    Run run = {};
};
/// Projected gradient descent (Madry et al. 2018, section 2.1): fgsm's step again and again, brought back to within ε
/// of the input and to the range of features after each. Throws as fgsm.
Tensor pgd(const Model& model, const Tensor& x, const Pgd& options = {});

}  // namespace gradpath::attribution
