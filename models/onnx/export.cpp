// A function is recorded for two and for three rows; where the two records differ, the number of rows is meant. An
// imported network is written as it came, node by node.
#include <gradpath/models/onnx/export.hpp>

#include <algorithm>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/onnx/class_names.hpp>
#include <gradpath/models/onnx/messages.hpp>
#include <gradpath/models/onnx/network.hpp>
#include <gradpath/models/onnx/phrases.hpp>

namespace gradpath::models::onnx {
namespace {

gradpath::Graph recorded(const Exported& e, Index rows) {
    return record(e.f, random::uniform(Shape{rows}.joined(e.row), -1, 1, {.seed = 1, .dtype = e.dtype}));
}

// An input or output in which the number of rows is free.
Port port_of(const std::string& name, const Twin& tensor) {
    Port port{.name = name, .element = Value(tensor.two).element(), .lengths = list(tensor.two.shape())};
    port.axes.resize(port.lengths->size());
    if (const Index rows = tensor.rows_axis(); rows >= 0) {
        port.lengths->at(static_cast<std::size_t>(rows)) = -1;
        port.axes[static_cast<std::size_t>(rows)] = "n";
    }
    return port;
}

void write_graph(::onnx::GraphProto& proto, const Exported& e) {
    const gradpath::Graph two = recorded(e, 2), three = recorded(e, 3);
    require(two.steps.size() == three.steps.size(), "export: what runs must not depend on the number of rows");
    Writer writer(proto);
    const Twin input{two.inputs[0], three.inputs[0]}, output{two.outputs[0], three.outputs[0]};
    require(input.rows_axis() == 0 && output.rows_axis() == 0, "export: rows must be mapped to rows");
    writer.call(input.two, writer.fresh("input"));
    fill(*proto.add_input(), port_of("input", input));
    writer.fresh("output");
    for (const nn::Parameter& tensor : e.tensors) writer.prefer(tensor.value, tensor.name);
    for (const Step& step : two.steps)
        for (const Tensor& used : step.inputs) writer.use(used);
    for (const Step& step : two.steps)
        if (step.op == OpCode::tap) writer.prefer(step.inputs[0], step.tap);
    std::string unsaid;
    for (std::size_t i = 0; i < two.steps.size(); ++i)
        if (!write_step(writer, {two.steps[i], three.steps[i]})) {
            unsaid += text(unsaid.empty() ? "" : ", ", two.steps[i].name);
            for (const Tensor& unmade : two.steps[i].outputs) writer.result(unmade);
        }
    require(unsaid.empty(), "export: ONNX has no operator for these ops: ", unsaid);
    writer.add("Identity", {writer.name(output)}, {}, {"output"});
    fill(*proto.add_output(), port_of("output", output));
}

std::string serialised(const ::onnx::ModelProto& model) {
    std::string bytes;
    require(model.SerializeToString(&bytes),
            "export: an ONNX file must be smaller than 2 GiB; a .safetensors file may be larger");
    return bytes;
}

}  // namespace

std::string to_bytes(const Exported& function) {
    ::onnx::ModelProto model = message_of(13, function.metadata);
    write_graph(*model.mutable_graph(), function);
    return serialised(model);
}

std::string to_bytes(const Graph& graph) {
    ::onnx::ModelProto model = message_of(graph.opset, graph.metadata);
    ::onnx::GraphProto& proto = *model.mutable_graph();
    for (const Node& node : graph.nodes) fill(*proto.add_node(), node);
    for (const auto& [name, value] : graph.initializers) fill(*proto.add_initializer(), name, value);
    for (const Port& port : graph.inputs) fill(*proto.add_input(), port);
    for (const Port& port : graph.outputs) fill(*proto.add_output(), port);
    return serialised(model);
}

std::string to_bytes(const Model& model) {
    const Network* imported = model.net.get_if<Network>();
    if (imported != nullptr && model.normalisation.mean.empty()) {
        Graph graph = imported->graph();
        write_class_names(model.class_names, graph.metadata);
        return to_bytes(graph);
    }
    const std::vector<nn::Parameter> tensors = nn::tensors(model);
    Exported function{.f = model,
                      .row = model.input,
                      .dtype = tensors.empty() ? DType::float32 : tensors[0].value.dtype(),
                      .tensors = tensors};
    write_class_names(model.class_names, function.metadata);
    return to_bytes(function);
}

void save(const std::filesystem::path& path, const Model& model) { io::write_file(path, to_bytes(model)); }

}  // namespace gradpath::models::onnx
