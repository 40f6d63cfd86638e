#pragma once
// For geodesic_ig: curves lead only where the function and its gradient are finite, or they are refused.
#include <vector>

#include <gradpath/attribution/core/evaluator.hpp>

namespace gradpath::attribution::geometry {

/// Throws NumericError, naming row and place, unless the explained number and its gradient are finite at both ends of
/// every row's curve: at each row of `from` and of the evaluator's input.
void require_finite_ends(Evaluator& evaluator, const Tensor& from);
/// The same at the corners of every row's curve, [points, input shape], and between them. Rows of one kind explain the
/// same function, so what they share is looked at once.
void require_finite_curves(Evaluator& evaluator, const std::vector<Tensor>& curves, const std::vector<Index>& kinds);

}  // namespace gradpath::attribution::geometry
