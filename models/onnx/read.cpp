// The one file that knows protobuf. Messages become plain data; names are checked here, numbers in tensors.cpp.
#include <gradpath/models/onnx/read.hpp>

#include <set>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/models/onnx/tensors.hpp>

namespace gradpath::models::onnx {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 31;  // of a protobuf message

template <class Message>
Message parsed(std::string_view bytes, const io::Fault& fault, const char* what) {
    fault.unless(bytes.size() < most_bytes, what, " must be smaller than 2 GiB: it has ", bytes.size(), " bytes");
    Message message;
    fault.unless(message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())), "it must hold ", what,
                 ": the bytes are none");
    return message;
}

Attribute attribute_of(const ::onnx::AttributeProto& a, const TensorReader& reader) {
    using Proto = ::onnx::AttributeProto;
    if (!a.ref_attr_name().empty()) return {};
    switch (a.type()) {
        case Proto::INT: return Index{a.i()};
        case Proto::FLOAT: return static_cast<double>(a.f());
        case Proto::STRING: return a.s();
        case Proto::INTS: return std::vector<Index>(a.ints().begin(), a.ints().end());
        case Proto::FLOATS: return std::vector<double>(a.floats().begin(), a.floats().end());
        case Proto::STRINGS: return std::vector<std::string>(a.strings().begin(), a.strings().end());
        case Proto::TENSOR: return element_of(a.t().data_type()) ? Attribute(reader.value(a.t())) : Attribute();
        default: return {};
    }
}

Node node_of(const ::onnx::NodeProto& n, const TensorReader& reader) {
    Node node{n.name(), n.op_type(), n.domain() == "ai.onnx" ? "" : n.domain(), {}, {}, {}};
    node.inputs.assign(n.input().begin(), n.input().end());
    node.outputs.assign(n.output().begin(), n.output().end());
    for (const ::onnx::AttributeProto& a : n.attribute())
        reader.fault.unless(node.attributes.emplace(a.name(), attribute_of(a, reader)).second,
                            "an attribute must stand once: ", described(node), " has \"", a.name(), "\" twice");
    return node;
}

Port port_of(const ::onnx::ValueInfoProto& info) {
    const ::onnx::TypeProto& type = info.type();
    Port port{info.name(), {}, "no tensor", {}, {}};
    if (!type.has_tensor_type()) return port;
    port.element = element_of(type.tensor_type().elem_type());
    port.type = port.element ? to_text(*port.element) : text("data type ", type.tensor_type().elem_type());
    if (!type.tensor_type().has_shape()) return port;
    port.lengths.emplace();
    for (const auto& d : type.tensor_type().shape().dim()) {
        port.lengths->push_back(d.has_dim_value() && d.dim_value() >= 0 ? d.dim_value() : -1);
        port.axes.push_back(d.dim_param());
    }
    return port;
}

void add_initializers(Graph& graph, const ::onnx::GraphProto& proto, const TensorReader& reader) {
    for (const ::onnx::TensorProto& t : proto.initializer()) {
        if (!element_of(t.data_type())) {
            graph.unsupported.push_back(text("initializer \"", t.name(), "\": data type ", t.data_type()));
            continue;
        }
        reader.fault.unless(graph.initializers.emplace(t.name(), reader.value(t)).second,
                            "an initializer must stand once: \"", t.name(), "\" stands twice");
    }
    for (const auto& sparse : proto.sparse_initializer())
        graph.unsupported.push_back(text("sparse initializer \"", sparse.values().name(), "\""));
}

// Nodes in their order may only use what was made before, so there are no cycles; and nothing is made twice.
void check_names(const Graph& graph, const io::Fault& fault) {
    std::set<std::string> made{""};
    for (const auto& [name, value] : graph.initializers) made.insert(name);
    for (const Port& port : graph.inputs)
        fault.unless(made.insert(port.name).second, "an input must stand once: \"", port.name, "\" stands twice");
    for (const Node& node : graph.nodes) {
        for (const std::string& input : node.inputs)
            fault.unless(made.contains(input), "nodes must use what was made before: ", described(node), " uses \"",
                         input, "\"");
        for (const std::string& output : node.outputs)
            fault.unless(output.empty() || made.insert(output).second, "a tensor must be made once: ", described(node),
                         " makes \"", output, "\" again");
    }
    for (const Port& port : graph.outputs)
        fault.unless(made.contains(port.name) && !port.name.empty(),
                     "an output must be made by a node: nothing makes \"", port.name, "\"");
}

Index opset_of(const ::onnx::ModelProto& model, const io::Fault& fault) {
    Index opset = 1;  // where a file imports none, or other domains only
    for (const auto& imported : model.opset_import())
        if (imported.domain().empty() || imported.domain() == "ai.onnx") opset = imported.version();
    fault.unless(opset >= 1, "the version of the ONNX operators must be at least 1: it is ", opset);
    return opset;
}

}  // namespace

std::string described(const Node& node) {
    const std::string first = node.outputs.empty() ? "" : node.outputs[0];
    return text("node \"", node.name.empty() ? first : node.name, "\" (", node.domain, node.domain.empty() ? "" : ".",
                node.type, ")");
}

Graph parse_graph(std::string_view bytes, const std::string& name, const std::filesystem::path& folder) {
    const TensorReader reader{{"onnx", name}, folder};
    const auto model = parsed<::onnx::ModelProto>(bytes, reader.fault, "an ONNX model");
    reader.fault.unless(model.has_graph() && model.graph().node_size() + model.graph().output_size() > 0,
                        "it must hold an ONNX model: there is no graph");
    Graph graph;
    graph.opset = opset_of(model, reader.fault);
    add_initializers(graph, model.graph(), reader);
    for (const auto& node : model.graph().node()) graph.nodes.push_back(node_of(node, reader));
    for (const auto& info : model.graph().input())
        if (!graph.initializers.contains(info.name())) graph.inputs.push_back(port_of(info));
    for (const auto& info : model.graph().output()) graph.outputs.push_back(port_of(info));
    for (const auto& entry : model.metadata_props()) graph.metadata.emplace(entry.key(), entry.value());
    if (graph.unsupported.empty()) check_names(graph, reader.fault);
    return graph;
}

Graph read_graph(const std::filesystem::path& path) {
    const std::filesystem::path folder = path.parent_path();
    return parse_graph(io::read_file(path, {.max_bytes = most_bytes}), path.string(), folder.empty() ? "." : folder);
}

Value read_tensor(const std::filesystem::path& path) {
    const TensorReader reader{{"onnx", path.string()}, {}};
    const auto tensor =
        parsed<::onnx::TensorProto>(io::read_file(path, {.max_bytes = most_bytes}), reader.fault, "an ONNX tensor");
    require<Unsupported>(element_of(tensor.data_type()).has_value(), "onnx: a tensor of data type ", tensor.data_type(),
                         " is not supported (", path.string(), ")");
    return reader.value(tensor);
}

}  // namespace gradpath::models::onnx
