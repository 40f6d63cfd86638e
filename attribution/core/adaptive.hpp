#pragma once
#include <gradpath/attribution/core/integrate.hpp>

namespace gradpath::attribution {

/// Gradients on each edge before anything is accepted: two pieces of 15 nodes.
constexpr Index first_round_steps = 30;

/// The adaptive half of integrate: Gauss-Kronrod 7/15 on pieces that are bisected where the estimated error is.
Integral integrate_adaptively(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends);

}  // namespace gradpath::attribution
