#pragma once
// Fixed rules with a tolerance: twice the nodes until the answer moves little.
#include <functional>
#include <vector>

#include <gradpath/attribution/core/integrate.hpp>

namespace gradpath::attribution {

/// integral.values and integral.steps of the rows named += the answer with `count` nodes on each edge.
using RunRule = std::function<void(Index count, const std::vector<Index>& rows, Integral& integral)>;

/// Runs a rule once with plan.steps nodes on each of `edges` edges; with a tolerance, again and again with twice as
/// many until the difference to the rule before, summed, and the completeness gap are both within it. `empty` says
/// how many numbers a row has.
Integral by_doubling(const Evaluator& evaluator, Index edges, const QuadraturePlan& plan, const Ends& ends,
                     Integral empty, const RunRule& run);

}  // namespace gradpath::attribution
