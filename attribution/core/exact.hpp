#pragma once
#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/core/linear_pieces.hpp>

namespace gradpath::attribution {

/// The exact half of integrate: each linear piece of each edge times its gradient, to rounding; what a smooth output
/// stage does inside a piece is integrated in the few outputs of the model, to 1e-10 (float32: 1e-6).
Integral integrate_exactly(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends,
                           const LinearPieces& pieces);

}  // namespace gradpath::attribution
