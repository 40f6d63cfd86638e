#include <gradpath/models/onnx/program.hpp>

#include <map>
#include <set>

namespace gradpath::models::onnx {
namespace {

std::vector<std::string> objections(const Graph& graph) {
    std::vector<std::string> all = graph.unsupported;
    if (graph.opset > newest_opset)
        all.push_back(text("opset ", graph.opset, ": opsets up to ", newest_opset,
                           " are known; export it again with opset_version=", newest_opset,
                           ", or convert it by onnx.version_converter"));
    for (const Port& port : graph.inputs)
        if (!port.element) all.push_back(text("input \"", port.name, "\": ", port.type));
    for (const Node& node : graph.nodes)
        if (std::string why = objection(node, std::min(graph.opset, newest_opset)); !why.empty())
            all.push_back(std::move(why));
    return all;
}

class Slots {
public:
    explicit Slots(std::vector<std::string>& names) : names_(names) { of_[""] = 0; }
    std::size_t operator()(const std::string& name) {
        const auto [found, fresh] = of_.emplace(name, names_.size());
        if (fresh) names_.push_back(name);
        return found->second;
    }

private:
    std::vector<std::string>& names_;
    std::map<std::string, std::size_t> of_;
};

template <class E>
[[noreturn]] void rethrow(const ProgramStep& step, const std::exception& error) {
    throw E(text("onnx: ", described(step.node), ": ", error.what()));
}

}  // namespace

Program program_of(const Graph& graph, const std::string& name) {
    std::string list;
    for (const std::string& objection : objections(graph)) list += "\n  " + objection;
    require<IoError>(list.empty(), "onnx: not all of this file is supported (", name, "):", list);
    Program p{.opset = graph.opset, .steps = {}, .inputs = graph.inputs, .outputs = graph.outputs};
    p.metadata = graph.metadata;
    Slots slot(p.names);
    for (const auto& [tensor, value] : graph.initializers) slot(tensor);
    for (const Port& port : graph.inputs) p.input_slots.push_back(slot(port.name));
    for (const Node& node : graph.nodes) {
        ProgramStep step{find_operator(node.type), node, {}, {}, {}};
        for (const std::string& input : node.inputs) step.inputs.push_back(slot(input));
        for (const std::string& output : node.outputs) step.outputs.push_back(slot(output));
        p.steps.push_back(std::move(step));
    }
    for (const Port& port : graph.outputs) p.output_slots.push_back(slot(port.name));
    return p;
}

void find_last_uses(Program& p) {
    std::set<std::size_t> needed(p.output_slots.begin(), p.output_slots.end());
    for (auto step = p.steps.rbegin(); step != p.steps.rend(); ++step) {
        step->done.clear();
        for (const std::vector<std::size_t>* slots : {&step->outputs, &step->inputs})
            for (const std::size_t slot : *slots)
                if (needed.insert(slot).second) step->done.push_back(slot);
    }
}

std::vector<Value> run_step(const ProgramStep& step, std::vector<Value> inputs, Index opset) {
    try {
        return step.op->run({step.node, std::move(inputs), opset});
    } catch (const ShapeError& error) {
        rethrow<ShapeError>(step, error);
    } catch (const DTypeError& error) {
        rethrow<DTypeError>(step, error);
    } catch (const NumericError& error) {
        rethrow<NumericError>(step, error);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& error) {  // ours, or the library's on a list that is too short
        rethrow<ValueError>(step, error);
    }
}

}  // namespace gradpath::models::onnx
