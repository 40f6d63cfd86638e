// record notes every op that runs and keeps the graph; replay runs the function again and swaps ops at the door,
// comparing what runs with what was noted; sweep is the reverse sweep with other rules. Fused ops run expanded in all
// three.
#include <gradpath/autodiff/graph.hpp>

#include <algorithm>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/ops/trace.hpp>
#include <gradpath/autodiff/reach.hpp>

namespace gradpath {

TraceScope::TraceScope(Trace* trace) : before_(context()) {
    Context& c = context();
    c.trace = trace;
    c.expanding = trace != nullptr;
    c.recording = (trace && !trace->expected) || c.recording;
    c.refresh();
}
TraceScope::~TraceScope() {
    Context& c = context();
    c.trace = before_.trace;
    c.expanding = before_.expanding;
    c.recording = before_.recording;
    c.refresh();
}

const Replacement* Trace::enter(OpCode code) {
    if (expected) {
        const std::size_t step = executed.size();
        require(step < expected->size() && (*expected)[step] == code,
                "replay: the function ran other ops than it did when recorded: ", "step ", step, " is ",
                op_row(code).name, ", recorded was ",
                step < expected->size() ? op_row((*expected)[step]).name : "the end", "; it depends on its data");
    }
    executed.push_back(code);
    if (!table) return nullptr;
    const auto found = table->find(code);
    return found == table->end() ? nullptr : &found->second;
}

namespace {

Step step_of(const Node* node) {
    Step step{node->op ? node->op->code : OpCode::leaf,
              node->op ? name_of(*node) : "leaf",
              {node->inputs.begin(), node->inputs.end()},
              {},
              &node->attributes,
              node->tap,
              node->serial};
    for (std::size_t i = 0; i < node->outputs.size(); ++i) step.outputs.push_back(output_of(node, i));
    if (step.op == OpCode::tap && node->attributes) step.tap = node->attributes.as<std::string>();
    return step;
}

std::vector<Tensor> leaves_of(const std::vector<Tensor>& inputs) {
    std::vector<Tensor> leaves;
    for (const Tensor& input : inputs) leaves.push_back(tracked(input));
    return leaves;
}

}  // namespace

Step step_of(const Tensor& t) {
    require(t.node() != nullptr, "step_of: this is no tensor");
    return step_of(t.node());
}

Graph record(const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& f,
             const std::vector<Tensor>& inputs) {
    Graph graph{{}, leaves_of(inputs), {}, {}, f};
    Trace trace;
    {
        const TraceScope scope(&trace);
        graph.outputs = f(graph.inputs);
    }
    graph.executed = std::move(trace.executed);
    const Reach reach(graph.outputs, graph.inputs, true);
    for (const Node* node : reach.nodes())
        if (node->op) graph.steps.push_back(step_of(node));
    return graph;
}

Graph record(const std::function<Tensor(const Tensor&)>& f, const Tensor& x) {
    return record([f](const std::vector<Tensor>& xs) { return std::vector{f(xs[0])}; }, std::vector{x});
}

std::vector<Tensor> replay(const Graph& graph, const std::vector<Tensor>& inputs,
                           const std::map<OpCode, Replacement>& table) {
    require(inputs.size() == graph.inputs.size(), "replay: the graph has ", graph.inputs.size(), " inputs: got ",
            inputs.size());
    Trace trace{{}, &graph.executed, &table};
    const TraceScope scope(&trace);
    std::vector<Tensor> outputs = graph.f(inputs);
    require(trace.executed.size() == graph.executed.size(), "replay: the function ran ", trace.executed.size(),
            " ops, recorded were ", graph.executed.size(), "; it depends on its data");
    return outputs;
}

std::vector<Tensor> plain_vjp(const RuleCall& call) {
    const Node& node = *call.step.outputs[0].node();
    if (!node.op->vjp) return std::vector<Tensor>(node.inputs.size());
    std::vector<char> wanted;
    for (const Tensor& input : node.inputs) wanted.push_back(input.is_tracked());
    return node_vjp(node, call.cotangents, wanted);
}

std::vector<Tensor> sweep(const Graph& graph, const std::vector<Tensor>& cotangents,
                          const std::map<OpCode, Rule>& table) {
    require(cotangents.size() == graph.outputs.size(),
            "sweep: one cotangent per output is needed: ", graph.outputs.size(), " outputs, ", cotangents.size(),
            " cotangents");
    const NoRecording off;
    Reach reach(graph.outputs, graph.inputs, true);
    for (std::size_t i = 0; i < cotangents.size(); ++i) {
        require_like(text("sweep: cotangent ", i), cotangents[i], graph.outputs[i]);
        reach.add(graph.outputs[i], cotangents[i]);
    }
    for (auto step = graph.steps.rbegin(); step != graph.steps.rend(); ++step) {
        const std::span<Tensor> slots = reach.slots(step->outputs[0].node());
        const std::vector<Tensor> arriving(slots.begin(), slots.end());
        if (std::none_of(arriving.begin(), arriving.end(), [](const Tensor& t) { return static_cast<bool>(t); }))
            continue;
        const RuleCall call{*step, arriving};
        const auto rule = table.find(step->op);
        const std::vector<Tensor> slopes = rule == table.end() ? plain_vjp(call) : rule->second(call);
        require(slopes.size() == step->inputs.size(), "sweep: the rule of ", step->name,
                " must return one tensor per input: ", step->inputs.size(), " inputs, ", slopes.size(), " tensors");
        for (std::size_t i = 0; i < slopes.size(); ++i) {
            require_like(text("sweep: what the rule of ", step->name, " gives input ", i), slopes[i], step->inputs[i]);
            reach.add(step->inputs[i], slopes[i]);
        }
        std::fill(slots.begin(), slots.end(), Tensor());
    }
    std::vector<Tensor> result;
    for (const Tensor& input : graph.inputs) {
        const Tensor* slot = reach.slot(input);
        result.push_back(slot && *slot ? *slot : zeros_like(input));
    }
    return result;
}

}  // namespace gradpath
