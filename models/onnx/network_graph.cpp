// A network as plain data again: what went in comes out under its own names.
#include <gradpath/models/onnx/graph.hpp>
#include <gradpath/models/onnx/network.hpp>
#include <gradpath/models/onnx/program.hpp>

namespace gradpath::models::onnx {

Graph Network::graph() const {
    const Program& p = *program_;
    Graph graph{.opset = p.opset, .inputs = p.inputs, .outputs = p.outputs, .metadata = p.metadata};
    for (Port& port : graph.outputs)  // of a tensor inside the file says nothing; it is as real as the rows are
        if (!port.element) port.element = p.inputs.empty() ? Element::float32 : p.inputs[0].element;
    for (const ProgramStep& step : p.steps) {
        graph.nodes.push_back(step.node);
        Node& node = graph.nodes.back();
        node.inputs.clear();  // folding may have led them elsewhere
        for (const std::size_t slot : step.inputs) node.inputs.push_back(p.names[slot]);
    }
    for (const Constant& constant : constants_)
        graph.initializers.emplace(constant.name, cast(constant.value, constant.element));
    return graph;
}

std::map<std::string, std::string> Network::places() const {
    std::map<std::size_t, std::string> users;
    for (const ProgramStep& step : program_->steps)
        for (const std::size_t slot : step.inputs)
            if (!step.node.outputs.empty()) users.emplace(slot, step.node.outputs[0]);
    std::map<std::string, std::string> found;
    for (const Constant& constant : constants_)
        if (const auto user = users.find(constant.slot); user != users.end())
            found.emplace(constant.name, user->second);
    return found;
}

}  // namespace gradpath::models::onnx
