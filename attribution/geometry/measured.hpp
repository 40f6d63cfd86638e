#pragma once
// For geodesics: every curve and the straight line beside it, by the same measures.
#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/geometry/geodesic_ig.hpp>

namespace gradpath::attribution::geometry {

/// Fills in the lengths and energies that the solver left out, and adds a note where the curve of the row is longer
/// than the straight line. A way that no energy was asked of is run through at even speed in space, as the straight
/// line is.
void measure(Evaluator& evaluator, Index row, const GeodesicIg& options, Geodesic& curve);

}  // namespace gradpath::attribution::geometry
