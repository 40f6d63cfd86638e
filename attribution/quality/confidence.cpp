#include <gradpath/attribution/quality/confidence.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradpath/attribution/coalition/sampling.hpp>

namespace gradpath::attribution::quality {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// Wilson's, of a share p of as many rows as count.
Confidence wilson(double p, double rows, double t) {
    const double square = t * t / rows, middle = (p + square / 2) / (1 + square);
    const double reach = t / (1 + square) * std::sqrt((p * (1 - p) + square / 4) / rows);
    return {p, std::max(0.0, middle - reach), std::min(1.0, middle + reach)};  // never beyond, but for rounding
}

}  // namespace

Confidence confidence(std::span<const double> values) {
    require(!values.empty(), "confidence: there are no values");
    const auto count = static_cast<double>(values.size());
    double mean = 0, squares = 0;
    for (const double value : values) mean += value;
    mean /= count;
    for (const double value : values) squares += (value - mean) * (value - mean);
    if (values.size() == 1) return {mean, unknown, unknown};
    const double reach = t_quantile(static_cast<Index>(values.size()) - 1) * std::sqrt(squares / (count - 1) / count);
    return {mean, mean - reach, mean + reach};
}

Confidence confidence_within(std::span<const double> values, Bounds bounds) {
    require(!values.empty(), "confidence: there are no values");
    constexpr double rounding = 1e-6, nothing = 1e-18;
    const double width = bounds.high - bounds.low, count = static_cast<double>(values.size());
    double p = 0, variance = 0;
    for (const double value : values) {
        const double share = (value - bounds.low) / width;
        require(share >= -rounding && share <= 1 + rounding, "confidence: values must lie in [", bounds.low, ", ",
                bounds.high, "]: one is ", value);
        p += std::clamp(share, 0.0, 1.0) / count;
    }
    p = std::clamp(p, 0.0, 1.0);
    for (const double value : values) variance += std::pow((value - bounds.low) / width - p, 2) / count;
    const double mean = bounds.low + width * p;
    if (values.size() == 1) return {mean, unknown, unknown};
    const bool at_a_bound = p < rounding || p > 1 - rounding;
    if (variance < nothing && !at_a_bound) return {mean, mean, mean};
    const double rows = variance < nothing ? count : count * p * (1 - p) / variance;
    const Confidence share = wilson(p, rows, t_quantile(static_cast<Index>(values.size()) - 1));
    return {mean, bounds.low + width * share.low, bounds.low + width * share.high};
}

}  // namespace gradpath::attribution::quality
