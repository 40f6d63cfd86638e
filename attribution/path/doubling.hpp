#pragma once
// For methods that take a number of points and have no other estimate of their error: double the points until the
// answer moves less than the tolerance.
#include <functional>
#include <optional>
#include <vector>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/integrate.hpp>

namespace gradpath::attribution {

struct Doubling {
    std::optional<double> tolerance;
    Index steps, max_steps;
};

struct Doubled {
    Numbers values;                            ///< [rows · targets · features]
    std::optional<std::vector<double>> error;  ///< per [row, target]: Σᵢ |difference to half the steps|
    std::vector<Index> steps;                  ///< per row: points taken
    std::vector<bool> met;                     ///< per row; empty without a tolerance
    std::vector<std::string> notes;
};

/// values of the rows named ← the answer with `steps` points.
using WithSteps = std::function<void(const std::vector<Index>& rows, Index steps, Numbers& values)>;
/// A row that misses its tolerance within max_steps is noted with the number of steps that it would need, as the last
/// two differences foretell it.
Doubled by_doubling(const Evaluator& evaluator, const Doubling& options, const Ends& ends, const WithSteps& run);

}  // namespace gradpath::attribution
