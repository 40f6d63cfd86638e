#pragma once
// For geodesic_ig: the path integral over curves of any number of corners, one for each row.
#include <vector>

#include <gradpath/attribution/core/integrate.hpp>

namespace gradpath::attribution::geometry {

/// A number for each row: rows with one number explain the same function of the input.
std::vector<Index> kinds_of(const Evaluator& evaluator, const Target& target);

/// The curve of each input row of the evaluator, [points, input shape], from its baseline to it. Every edge is
/// integrated by itself, once however many rows with one target share it, by the plan's rule or to its tolerance; edges
/// are held to a stricter one until the sums keep it. `target` and `run` are the method's.
struct OnCurves {
    const std::vector<Tensor>& curves;
    const Target& target;
    const Run& run;
};
Integral along_curves(Evaluator& evaluator, const OnCurves& on, const QuadraturePlan& plan, const Ends& ends);

}  // namespace gradpath::attribution::geometry
