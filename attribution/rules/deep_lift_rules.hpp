#pragma once
// The rules of DeepLIFT for nodes of a graph whose rows are inputs, then their baselines. Multipliers travel in the
// first half of each cotangent; the second half is 0.
#include <gradpath/attribution/rules/by_rules.hpp>

namespace gradpath::attribution {

/// Closed: an op without a rule is an error that names it.
RuleTable rescale_rules(const std::string& method);

}  // namespace gradpath::attribution
