#pragma once
// Least squares on coalitions: v(S) ≈ Σᵢ βᵢ [i in S] over rows that are weighted, and how far β may be off.
#include <span>
#include <vector>

#include <gradpath/attribution/coalition/coalition.hpp>
#include <gradpath/attribution/core/scratch.hpp>

namespace gradpath::attribution {

/// A symmetric positive definite matrix in float64 and its inverse.
class Normal {
public:
    explicit Normal(std::size_t size) : size_(size), sums_(size * size, 0) {}
    /// Adds weight · z zᵀ.
    void add(std::span<const double> z, double weight);
    /// Inverts. Throws NumericError where it is singular.
    void invert();
    /// The inverse times a vector.
    std::vector<double> apply(std::span<const double> b) const;
    /// With this, apply() gives what does not change the sum: P = A⁻¹ - A⁻¹ 1 1ᵀ A⁻¹ / (1ᵀ A⁻¹ 1).
    void keep_sum();
    /// A⁻¹ 1 / (1ᵀ A⁻¹ 1), known to keep_sum(): how a change of the sum is shared.
    const std::vector<double>& shares_of_sum() const { return shares_of_sum_; }

private:
    std::size_t size_;
    Numbers sums_;
    std::vector<double> shares_of_sum_;
};

/// 1 for the players in S, else 0.
std::vector<double> indicator(const Coalition& s);

}  // namespace gradpath::attribution
