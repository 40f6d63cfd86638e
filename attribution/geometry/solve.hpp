#pragma once
// For geodesic_ig: from option struct and evaluator to a curve for each row.
#include <vector>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/geometry/geodesic_ig.hpp>

namespace gradpath::attribution::geometry {

/// Throws ValueError for names that are not there, naming the nearest, and for options out of range.
void check(const std::string& method, const GeodesicIg& options);

/// The curves from each row of `from` to that of the evaluator's input, by the solver that was asked for. Adds to notes
/// what should be known of them. Throws NumericError where the explained number or its gradient is not finite at an end
/// of a curve or on it.
std::vector<Geodesic> solve(Evaluator& evaluator, const Tensor& from, const GeodesicIg& options,
                            std::vector<std::string>& notes);

}  // namespace gradpath::attribution::geometry
