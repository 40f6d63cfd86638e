#pragma once
// How close two numbers must be, by the kind of claim. The one place where tests take their tolerances from.
#include <algorithm>
#include <cmath>
#include <concepts>

namespace gradpath::tests {

/// What the dtype's kernels may differ by, relative: xsimd's functions reach 7.6e-15 in double and 1.3e-7 in float.
template <class T>
inline constexpr double kernel = std::same_as<T, float> ? 1e-6 : 1e-13;
/// Analytic derivatives against central differences in float64, first and second order.
inline constexpr double gradient = 1e-6, second_gradient = 1e-4;
/// Adaptive or high-order quadrature against a closed form in float64.
inline constexpr double quadrature = 1e-9;
/// Means over random draws, in standard errors: one failure in half a billion.
inline constexpr double sampling = 6;

/// Equal, or both NaN.
inline bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

/// |a - b| ≤ tolerance · max(|a|, |b|, floor); NaN and Inf only match themselves.
inline bool close(double a, double b, double tolerance, double floor = 1e-30) {
    if (same(a, b)) return true;
    if (!std::isfinite(a) || !std::isfinite(b)) return false;
    return std::abs(a - b) <= tolerance * std::max({std::abs(a), std::abs(b), floor});
}

}  // namespace gradpath::tests
