// A graph is in the order in which it runs, so one walk from its end knows all that a tensor needs.
#include <gradpath/models/onnx/ending.hpp>

#include <algorithm>
#include <set>

#include <gradpath/models/data/nearest.hpp>

namespace gradpath::models::onnx {
namespace {

bool makes(const Node& node, const std::string& tensor) {
    return std::ranges::find(node.outputs, tensor) != node.outputs.end();
}

const Node* maker_of(const Graph& graph, const std::string& tensor) {
    const auto found = std::ranges::find_if(graph.nodes, [&](const Node& node) { return makes(node, tensor); });
    return found == graph.nodes.end() ? nullptr : &*found;
}

void check_made(const Graph& graph, const std::string& tensor) {
    if (!tensor.empty() && maker_of(graph, tensor) != nullptr) return;
    std::vector<std::string_view> names;
    for (const Node& node : graph.nodes) names.insert(names.end(), node.outputs.begin(), node.outputs.end());
    const std::string guess = suggestion(tensor, names);
    throw ValueError(text("onnx: there is no tensor \"", tensor, "\" that the network computes",
                          guess.empty() ? "; gradpath info lists them as layers" : guess));
}

// Steps behind which the same numbers stand in the same order.
bool passes_on(const Node& node) {
    static const std::set<std::string> operators = {"Cast",    "Dropout", "Flatten",  "Identity",
                                                    "Reshape", "Squeeze", "Unsqueeze"};
    return operators.contains(node.type) && !node.inputs.empty();
}

// As far as the file tells types.
std::string first_real(const std::vector<Port>& outputs) {
    const auto found =
        std::ranges::find_if(outputs, [](const Port& port) { return !port.element || is_real(*port.element); });
    return found == outputs.end() ? "" : found->name;
}

}  // namespace

Graph ended_at(const Graph& graph, const std::string& tensor) {
    if (std::ranges::find(graph.outputs, tensor, &Port::name) != graph.outputs.end()) return graph;
    check_made(graph, tensor);
    Graph part = graph;
    part.outputs = {{.name = tensor, .element = {}, .type = "", .lengths = {}}};
    part.nodes.clear();
    std::set<std::string> needed{tensor};
    const auto is_needed = [&](const std::string& name) { return !name.empty() && needed.contains(name); };
    for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
        if (!std::ranges::any_of(node->outputs, is_needed)) continue;
        needed.insert(node->inputs.begin(), node->inputs.end());
        part.nodes.push_back(*node);
    }
    std::ranges::reverse(part.nodes);
    std::erase_if(part.inputs, [&](const Port& port) { return !is_needed(port.name); });
    return part;
}

Ending ending_of(const Graph& graph, const std::string& output) {
    const Node* node = maker_of(graph, output.empty() ? first_real(graph.outputs) : output);
    while (node != nullptr && passes_on(*node)) node = maker_of(graph, node->inputs[0]);
    if (node == nullptr || node->inputs.empty()) return {};
    const std::string& before = node->inputs[0];
    const auto of = [&](Ending::Kind kind) {
        return Ending{kind, node->type, maker_of(graph, before) == nullptr ? "" : before};
    };
    if (node->type == "Softmax" || node->type == "Sigmoid") return of(Ending::probabilities);
    return node->type == "LogSoftmax" ? of(Ending::log_probabilities) : Ending{};
}

}  // namespace gradpath::models::onnx
