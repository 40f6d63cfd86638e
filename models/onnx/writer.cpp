#include <gradpath/models/onnx/writer.hpp>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/messages.hpp>

namespace gradpath::models::onnx {
namespace {

// Constants that were made for a number of rows are alike in all of them: one row serves, because ops broadcast.
Tensor for_any_rows(const Twin& constant) {
    const Index axis = constant.rows_axis();
    if (axis < 0) return constant.two;
    const Tensor one = slice(constant.two, axis, 0, 1);
    require(same_bits(broadcast_to(one, constant.three.shape()), constant.three),
            "export: a constant must not depend on the number of rows: its shape is ", constant.two.shape());
    return one;
}

const void* numbers_of(const Tensor& t) {
    if (t.dtype() == DType::float32) return t.data<float>().data();
    return t.data<double>().data();
}

}  // namespace

Index Twin::rows_axis() const {
    require(two.rank() == three.rank(), "export: a rank must not depend on the number of rows");
    Index axis = -1;
    for (Index i = 0; i < two.rank(); ++i) {
        if (two.shape()[i] == three.shape()[i]) continue;
        require(axis < 0, "export: the number of rows must be told by one axis of a shape: two differ in ",
                two.shape());
        axis = i;
    }
    return axis;
}

std::string Writer::fresh(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !used_.insert(name).second; ++i) name = text(wanted, "_", i);
    return name;
}

void Writer::call(const Tensor& tensor, const std::string& name) {
    held_.push_back(tensor);
    names_[key(tensor)] = name;
}

void Writer::prefer(const Tensor& tensor, const std::string& name) {
    held_.push_back(tensor);
    preferred_.emplace(key(tensor), name);
}

std::string Writer::result(const Tensor& tensor) {
    const auto found = preferred_.find(key(tensor));
    const std::string name = fresh(found != preferred_.end() ? found->second : text("value", names_.size()));
    call(tensor, name);
    return name;
}

std::string Writer::name(const Twin& tensor) {
    const auto known = names_.find(key(tensor.two));
    if (known != names_.end()) return known->second;
    const auto wanted = preferred_.find(key(tensor.two));
    const std::string name = constant(for_any_rows(tensor), wanted != preferred_.end() ? wanted->second : "constant");
    call(tensor.two, name);
    return name;
}

std::string Writer::add(const char* type, const std::vector<std::string>& inputs,
                        const std::vector<Attribute>& attributes, const std::vector<std::string>& outputs) {
    ::onnx::NodeProto& node = *graph_.add_node();
    node.set_op_type(type);
    for (const std::string& input : inputs) node.add_input(input);
    for (const std::string& output : outputs) node.add_output(output);
    if (outputs.empty()) node.add_output(fresh(std::string(type) + "_out"));
    node.set_name(text(type, "_", graph_.node_size()));
    for (const Attribute& a : attributes) {
        ::onnx::AttributeProto& proto = *node.add_attribute();
        proto.set_name(a.name);
        proto.set_type(a.list ? ::onnx::AttributeProto::INTS : ::onnx::AttributeProto::INT);
        if (!a.list) proto.set_i(a.integers.at(0));
        else
            for (const Index integer : a.integers) proto.add_ints(integer);
    }
    return node.output(0);
}

const Tensor* Writer::bias_behind(const Tensor& shift) const {
    if (shift.size() == 0 || shift.shape() != Shape{shift.size(), 1, 1}) return nullptr;
    for (const Tensor& t : held_)
        if (t.rank() == 1 && t.size() == shift.size() && t.dtype() == shift.dtype() && preferred_.contains(key(t)) &&
            numbers_of(t) == numbers_of(shift))
            return &t;
    return nullptr;
}

bool Writer::add_bias(const Tensor& sum, const Tensor& product, const Tensor& shift) {
    const Tensor* bias = bias_behind(shift);
    const auto made = names_.find(key(product));
    const auto uses = uses_.find(key(product));
    if (bias == nullptr || made == names_.end() || uses == uses_.end() || uses->second != 1) return false;
    ::onnx::NodeProto& node = *graph_.mutable_node(graph_.node_size() - 1);
    const bool convolves = node.op_type() == "Conv" || node.op_type() == "ConvTranspose";
    if (!convolves || node.input_size() != 2 || node.output(0) != made->second) return false;
    node.add_input(name({*bias, *bias}));
    node.set_output(0, result(sum));
    return true;
}

std::string Writer::constant(const Tensor& values, const std::string& wanted) {
    const std::string name = fresh(wanted);
    fill(*graph_.add_initializer(), name, Value(values));
    return name;
}

std::string Writer::constant(const Indices& positions) {
    const std::string name = fresh("whole");
    fill(*graph_.add_initializer(), name, Value(positions.shape(), list(positions)));
    return name;
}

std::string Writer::constant(const std::vector<Index>& list) {
    return constant(Indices(Shape{static_cast<Index>(list.size())}, list));
}

}  // namespace gradpath::models::onnx
