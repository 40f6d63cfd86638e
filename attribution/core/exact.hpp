#pragma once
#include <optional>

#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/core/linear_pieces.hpp>

namespace gradpath::attribution {

/// The pieces of the evaluator's function where the exact rule can take it: it is piecewise linear up to the output
/// stage, and its rows are independent. Where not, and the rule was asked for, throws ValueError that names the
/// obstacle and the rule to take `instead`.
std::optional<LinearPieces> pieces_for(const Evaluator& evaluator, bool asked,
                                       QuadratureRule instead = QuadratureRule::gauss_kronrod);

/// The exact half of integrate: each linear piece of each edge times its gradient, to rounding; what a smooth output
/// stage does inside a piece is integrated in the few outputs of the model, to 1e-10 (float32: 1e-6).
Integral integrate_exactly(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends,
                           const LinearPieces& pieces);

}  // namespace gradpath::attribution
