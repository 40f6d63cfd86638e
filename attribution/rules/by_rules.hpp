#pragma once
// What all rule methods share: the explained function as a graph of plain ops, chunk by chunk, swept in reverse with
// other rules than the derivative's. Rules hold for nodes of the graph, so a relu that is used twice, called as a
// function or wrapped in a layer is the same to them.
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/autodiff/graph.hpp>

namespace gradpath::attribution {

using RuleTable = std::map<OpCode, Rule>;

/// The rows first .. last-1 of the input (and of the baseline, where there is one).
struct RuleChunk {
    const Evaluator& evaluator;
    Index first, last;
    /// The graph of the explained numbers, one output per target, at `at`: these rows once, or several times over.
    Graph record(const Tensor& at) const;
    Tensor input() const;  ///< these rows
};
/// Attributions of a chunk, shaped like its rows, for each target.
using ByRules = std::function<std::vector<Tensor>(const RuleChunk&)>;

/// [rows · targets · features], by `explain`. `copies`: how often a row stands in its graph.
Numbers explain_by_rules(Evaluator& evaluator, const ByRules& explain, Index copies = 1);

/// The sweep for each target. `start` gives the tensor at the output that it begins with: ones, or the relevance.
std::vector<Tensor> sweep_targets(const Graph& graph, const RuleTable& table,
                                  const std::function<Tensor(const Tensor& output)>& start);

/// Throws ValueError: "METHOD: has no rule for OP at TAP; way out".
Rule no_rule(const std::string& method, const std::string& way_out);
/// no_rule for all ops that the table does not name.
RuleTable closed(const std::string& method, RuleTable table, const std::string& way_out);
/// "conv2d at block1": for messages.
std::string where(const Step& step);
/// Inputs of the step that depend on the input.
Index tracked_inputs(const Step& step);
/// relu, or its other spelling, maximum(x, 0).
bool is_relu(const Step& step);

/// Rules that spread a difference or a relevance exactly know raw outputs only: throws ValueError for other stages.
void require_raw_outputs(const std::string& method, const OutputStage& stage);

}  // namespace gradpath::attribution
