#include <gradpath/models/onnx/messages.hpp>

#include <cstring>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/version.hpp>

namespace gradpath::models::onnx {
namespace {

using Proto = ::onnx::AttributeProto;

template <class T>
std::string bytes_of(std::span<const T> numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

// The low bytes of each number, as many as its element has.
std::string low_bytes(std::span<const Index> numbers, std::size_t width) {
    std::string bytes(numbers.size() * width, '\0');
    for (std::size_t i = 0; i < numbers.size(); ++i) std::memcpy(bytes.data() + i * width, &numbers[i], width);
    return bytes;
}

// One function per type that the reader knows; Attribute's alternatives in their order.
struct AttributeWriter {
    Proto& proto;

    void operator()(std::monostate) const {}
    void operator()(Index value) const {
        proto.set_type(Proto::INT);
        proto.set_i(value);
    }
    void operator()(double value) const {
        proto.set_type(Proto::FLOAT);
        proto.set_f(static_cast<float>(value));
    }
    void operator()(const std::string& value) const {
        proto.set_type(Proto::STRING);
        proto.set_s(value);
    }
    void operator()(const std::vector<Index>& values) const {
        proto.set_type(Proto::INTS);
        for (const Index value : values) proto.add_ints(value);
    }
    void operator()(const std::vector<double>& values) const {
        proto.set_type(Proto::FLOATS);
        for (const double value : values) proto.add_floats(static_cast<float>(value));
    }
    void operator()(const std::vector<std::string>& values) const {
        proto.set_type(Proto::STRINGS);
        for (const std::string& value : values) proto.add_strings(value);
    }
    void operator()(const Value& value) const {
        proto.set_type(Proto::TENSOR);
        fill(*proto.mutable_t(), "", value);
    }
};

// The least version of the format that knows the opset; 7 is the newest that opset 13 needs.
int format_version(Index opset) { return opset > 14 ? 8 : 7; }

}  // namespace

void fill(::onnx::TensorProto& proto, const std::string& name, const Value& value) {
    proto.set_name(name);
    proto.set_data_type(static_cast<std::int32_t>(code_of(value.element())));
    for (const Index length : value.shape()) proto.add_dims(length);
    if (!value.is_real()) proto.set_raw_data(low_bytes(value.whole().data(), onnx::bytes_of(value.element())));
    else if (value.element() == Element::float32) proto.set_raw_data(bytes_of(value.real().data<float>()));
    else proto.set_raw_data(bytes_of(value.real().data<double>()));
}

void fill(::onnx::ValueInfoProto& proto, const Port& port) {
    proto.set_name(port.name);
    auto& type = *proto.mutable_type()->mutable_tensor_type();
    require(port.element.has_value(), "export: \"", port.name, "\" must be a tensor of a known type: it is ",
            port.type);
    type.set_elem_type(static_cast<std::int32_t>(code_of(*port.element)));
    if (!port.lengths) return;
    type.mutable_shape();
    for (std::size_t axis = 0; axis < port.lengths->size(); ++axis) {
        auto& dim = *type.mutable_shape()->add_dim();
        if ((*port.lengths)[axis] >= 0) dim.set_dim_value((*port.lengths)[axis]);
        else if (axis < port.axes.size() && !port.axes[axis].empty()) dim.set_dim_param(port.axes[axis]);
    }
}

void fill(::onnx::NodeProto& proto, const Node& node) {
    proto.set_name(node.name);
    proto.set_op_type(node.type);
    for (const std::string& input : node.inputs) proto.add_input(input);
    for (const std::string& output : node.outputs) proto.add_output(output);
    for (const auto& [name, value] : node.attributes) {
        Proto& attribute = *proto.add_attribute();
        attribute.set_name(name);
        std::visit(AttributeWriter{attribute}, value);
    }
}

::onnx::ModelProto message_of(Index opset, const std::map<std::string, std::string>& metadata) {
    ::onnx::ModelProto model;
    model.set_ir_version(format_version(opset));
    model.set_producer_name("gradpath");
    model.set_producer_version(version());
    model.mutable_graph()->set_name("gradpath");
    auto& imported = *model.add_opset_import();
    imported.set_domain("");
    imported.set_version(opset);
    for (const auto& [key, value] : metadata) {
        auto& entry = *model.add_metadata_props();
        entry.set_key(key);
        entry.set_value(value);
    }
    return model;
}

}  // namespace gradpath::models::onnx
