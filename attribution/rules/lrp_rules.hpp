#pragma once
// The rules of relevance for nodes of a graph. Relevances travel as cotangents.
#include <gradpath/attribution/rules/by_rules.hpp>
#include <gradpath/attribution/rules/lrp.hpp>

namespace gradpath::attribution {

/// Of one graph, and no longer valid than it. Closed: an op without a rule is an error that names it.
RuleTable lrp_rules(const Graph& graph, const Lrp& options);

}  // namespace gradpath::attribution
