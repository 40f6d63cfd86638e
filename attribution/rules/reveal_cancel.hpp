#pragma once
// DeepLIFT's other rule (Shrikumar et al. 2017, RevealCancel), for graphs whose rows are inputs, then their baselines.
// What rose and what fell have multipliers of their own: those of what rose travel in the first half of each cotangent,
// those of what fell in the second.
#include <gradpath/attribution/rules/by_rules.hpp>

namespace gradpath::attribution {

/// Of one graph, and no longer valid than it. Closed, as rescale_rules, which it takes for ops of several inputs.
RuleTable reveal_cancel_rules(const std::string& method, const Graph& graph);

/// A difference as rows of what rose, then rows of what fell.
Tensor by_sign(const Tensor& difference);
/// The multipliers of what rose or of what fell, by the sign of the difference; their mean where there is none.
Tensor of_sign(const Tensor& multipliers, const Tensor& difference);

}  // namespace gradpath::attribution
