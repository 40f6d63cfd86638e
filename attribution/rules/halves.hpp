#pragma once
// Tensors of the graphs of DeepLIFT, whose rows are inputs, then their baselines. A multiplier is Δy / Δx. Where Δx is
// next to nothing the quotient is noise and the derivative at the input stands for it (Shrikumar et al. 2017,
// section 3.5).
#include <string>

#include <gradpath/attribution/rules/by_rules.hpp>

namespace gradpath::attribution {

Tensor first_half(const Tensor& t);
Tensor second_half(const Tensor& t);
/// In the first half, with 0 in the second.
Tensor alone(const Tensor& half);

/// A tensor's rows at the input and at the baseline. Numbers that have no rows of their own are the same for both.
struct Halves {
    Tensor here, there;
    Halves(const Tensor& t, const Tensor& output);
    Tensor difference() const;
};

/// Throws ValueError where the step's output has no rows to halve.
void require_rows(const RuleCall& call, const std::string& method);
/// What the input decides without a slope, such as a mask by comparison, must not change on the way: nobody would get
/// the difference that it makes. Throws ValueError.
void require_same_constants(const RuleCall& call, const std::string& method);

/// share / Δx, or the slope where Δx is next to nothing.
Tensor quotient(const Tensor& share, const Tensor& dx, const Tensor& slope);

}  // namespace gradpath::attribution
