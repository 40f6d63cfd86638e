#pragma once
// Methods made to fail: each drops the axioms that it is named for and keeps the others, so that every axiom is seen to
// be needed, and every check to be able to fail (Lundstrom & Razaviyayn 2025; Lundstrom et al. 2022).
#include <string>
#include <vector>

#include <gradpath/attribution/axioms/subject.hpp>

namespace gradpath::attribution::axioms {

struct Control {
    Subject subject;
    std::vector<std::string> drops;  ///< among A1 .. A11; all others hold
};

/// exact-shapley      the mean over all orders of features: proportionality, symmetric monotonicity
/// single-order       x1 goes first, then x2, ..: symmetry and what needs it
/// squared-path       x' + D t^p with p = 1, 2, 1, ..: symmetry and what needs it
/// mixture            0.3 of one order and 0.7 of its reverse: the same, as every mixture of monotone paths may
/// signed-mixture     2 of one order minus 1 of its reverse: also positivity, as no mixture does
/// equal-split        (F(x) - F(x'))/n each: dummy, locality and what needs them
/// t-weighted         2 ∫ t ∂F dt ∘ D: completeness, and with it proportionality
/// squared-function   IG(F²)/(F(x) + F(x')), of F + 20: linearity, symmetric monotonicity
std::vector<Control> controls();

}  // namespace gradpath::attribution::axioms
