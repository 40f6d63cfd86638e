#include <gradpath/attribution/quality/confidence.hpp>

#include <cmath>
#include <limits>

#include <gradpath/attribution/coalition/sampling.hpp>

namespace gradpath::attribution::quality {

Confidence confidence(std::span<const double> values) {
    require(!values.empty(), "confidence: there are no values");
    const auto count = static_cast<double>(values.size());
    double mean = 0, squares = 0;
    for (const double value : values) mean += value;
    mean /= count;
    for (const double value : values) squares += (value - mean) * (value - mean);
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    if (values.size() == 1) return {mean, unknown, unknown};
    const double reach = t_quantile(static_cast<Index>(values.size()) - 1) * std::sqrt(squares / (count - 1) / count);
    return {mean, mean - reach, mean + reach};
}

}  // namespace gradpath::attribution::quality
