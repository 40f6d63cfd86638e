#include <gradpath/attribution/rules/by_rules.hpp>

#include <algorithm>
#include <numeric>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath::attribution {

Graph RuleChunk::record(const Tensor& at) const {
    const Index count = last - first;
    std::vector<Index> rows(static_cast<std::size_t>(at.rows()));
    for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = first + static_cast<Index>(k) % count;
    const Objective& objective = evaluator.objective();
    return gradpath::record(
        [&objective, rows](const std::vector<Tensor>& xs) { return objective.scores(objective.run(xs[0]), rows); },
        std::vector<Tensor>{at});
}

Tensor RuleChunk::input() const { return slice(evaluator.input(), 0, first, last); }

Numbers explain_by_rules(Evaluator& evaluator, const ByRules& explain, Index copies) {
    const Index features = evaluator.features(), targets = evaluator.targets(), rows = evaluator.rows();
    Numbers values(static_cast<std::size_t>(rows * targets * features));
    const Index step = std::max<Index>(1, evaluator.chunk() / (2 * copies));  // a recorded graph keeps every number
    for (Index first = 0; first < rows; first += step) {
        const Index last = std::min(rows, first + step);
        evaluator.begin_chunk(copies * (last - first));
        evaluator.count_backward(targets * (last - first));
        const std::vector<Tensor> answers = explain({evaluator, first, last});
        for (Index row = first; row < last; ++row)
            for (Index t = 0; t < targets; ++t)
                for (Index i = 0; i < features; ++i)
                    values[static_cast<std::size_t>((row * targets + t) * features + i)] =
                        answers[static_cast<std::size_t>(t)].at((row - first) * features + i);
        evaluator.progress("rules", last, rows);
    }
    return values;
}

std::vector<Tensor> sweep_targets(const Graph& graph, const RuleTable& table,
                                  const std::function<Tensor(const Tensor& output)>& start) {
    std::vector<Tensor> answers;
    for (std::size_t t = 0; t < graph.outputs.size(); ++t) {
        std::vector<Tensor> cotangents(graph.outputs.size());
        cotangents[t] = start(detached(graph.outputs[t]));
        answers.push_back(sweep(graph, cotangents, table)[0]);
    }
    return answers;
}

Rule no_rule(const std::string& method, const std::string& way_out) {
    return [method, way_out](const RuleCall& call) -> std::vector<Tensor> {
        throw ValueError(text(method, ": has no rule for ", where(call.step), "; ", way_out));
    };
}

RuleTable closed(const std::string& method, RuleTable table, const std::string& way_out) {
    const Rule refuse = no_rule(method, way_out);
    for (const Op* op : all_ops()) table.try_emplace(op->code, refuse);
    return table;
}

std::string where(const Step& step) { return text(step.name, step.tap.empty() ? "" : " at " + step.tap); }

Index tracked_inputs(const Step& step) {
    return std::count_if(step.inputs.begin(), step.inputs.end(), [](const Tensor& t) { return t.is_tracked(); });
}

bool is_relu(const Step& step) {
    if (step.op == OpCode::relu) return true;
    if (step.op != OpCode::maximum || tracked_inputs(step) != 1) return false;
    const Tensor& other = step.inputs[step.inputs[0].is_tracked() ? 1 : 0];
    for (Index k = 0; k < other.size(); ++k)
        if (other.at(k) != 0) return false;
    return true;
}

void require_raw_outputs(const std::string& method, const OutputStage& stage) {
    require(stage.kind == Stage::logit || stage.kind == Stage::margin, method,
            ": explains raw outputs but the stage is ", describe(stage), "; take logit or margin:A,B");
}

}  // namespace gradpath::attribution
