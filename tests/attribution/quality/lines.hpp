#pragma once
// Pictures of one line, and a network of two classes that looks at their sum.
#include <attribution/functions.hpp>

namespace attribution_tests {

inline Tensor line(const std::vector<double>& values) { return reshape(row(values), {1, 1, 1, -1}); }
/// Of two classes, with log-odds Σ x - threshold for the second.
inline Model above(double threshold) {
    return [threshold](const Tensor& x) {
        const Tensor odds = sum(flatten(x), {.axes = {1}, .keep = true}) - threshold;
        return concat({zeros_like(odds), odds}, 1);
    };
}
inline double sigmoid_of(double z) { return 1 / (1 + std::exp(-z)); }

}  // namespace attribution_tests
