// The function is recorded for two and for three rows; where the two records differ, the number of rows is meant.
#include <gradpath/models/onnx/export.hpp>

#include <algorithm>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/models/onnx/phrases.hpp>
#include <gradpath/models/onnx/value.hpp>

namespace gradpath::models::onnx {
namespace {

gradpath::Graph recorded(const Exported& e, Index rows) {
    return record(e.f, random::uniform(Shape{rows}.joined(e.row), -1, 1, {.seed = 1, .dtype = e.dtype}));
}

void set_port(::onnx::ValueInfoProto& port, const std::string& name, const Twin& tensor) {
    port.set_name(name);
    auto& type = *port.mutable_type()->mutable_tensor_type();
    type.set_elem_type(
        static_cast<std::int32_t>(code_of(tensor.two.dtype() == DType::float32 ? Element::float32 : Element::float64)));
    const Index rows = tensor.rows_axis();
    for (Index i = 0; i < tensor.two.rank(); ++i) {
        auto& dim = *type.mutable_shape()->add_dim();
        if (i == rows) dim.set_dim_param("n");
        else dim.set_dim_value(tensor.two.shape()[i]);
    }
}

void write_graph(::onnx::GraphProto& proto, const Exported& e) {
    const gradpath::Graph two = recorded(e, 2), three = recorded(e, 3);
    require(two.steps.size() == three.steps.size(), "export: what runs must not depend on the number of rows");
    Writer writer(proto);
    const Twin input{two.inputs[0], three.inputs[0]}, output{two.outputs[0], three.outputs[0]};
    require(input.rows_axis() == 0 && output.rows_axis() == 0, "export: rows must be mapped to rows");
    writer.call(input.two, writer.fresh("input"));
    set_port(*proto.add_input(), "input", input);
    writer.fresh("output");
    for (const nn::Parameter& tensor : e.tensors) writer.prefer(tensor.value, tensor.name);
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
    set_port(*proto.add_output(), "output", output);
}

}  // namespace

std::string to_bytes(const Exported& function) {
    ::onnx::ModelProto model;
    model.set_ir_version(7);
    model.set_producer_name("gradpath");
    model.set_producer_version(version());
    model.mutable_graph()->set_name("gradpath");
    auto& opset = *model.add_opset_import();
    opset.set_domain("");
    opset.set_version(13);
    write_graph(*model.mutable_graph(), function);
    return model.SerializeAsString();
}

std::string to_bytes(const Model& model) {
    const std::vector<nn::Parameter> tensors = nn::tensors(model);
    return to_bytes({.f = model,
                     .row = model.input,
                     .dtype = tensors.empty() ? DType::float32 : tensors[0].value.dtype(),
                     .tensors = tensors});
}

void save(const std::filesystem::path& path, const Model& model) { io::write_file(path, to_bytes(model)); }

}  // namespace gradpath::models::onnx
