// The one door every op passes: compute, then make a node, recorded only where an input is tracked. Scopes that look at
// or change what runs (anomaly mode, record, replay, expanding fused ops) do so here and nowhere else.
#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rows.hpp>
#include <gradpath/autodiff/ops/trace.hpp>
#include <gradpath/autodiff/rectified.hpp>
#include <gradpath/autodiff/taps.hpp>

namespace gradpath {

void require_same_dtype(const char* op, std::span<const Tensor> inputs) {
    for (const Tensor& input : inputs)
        require<DTypeError>(input.dtype() == inputs[0].dtype(), op, ": inputs must have one dtype: got ",
                            inputs[0].dtype(), " and ", input.dtype(), "; convert with .to()");
}

void require_like(const std::string& what, const Tensor& t, const Tensor& reference) {
    if (!t) return;
    require<ShapeError>(t.shape() == reference.shape(), what, " must have shape ", reference.shape(), ": got ",
                        t.shape());
    require<DTypeError>(t.dtype() == reference.dtype(), what, " must be ", reference.dtype(), ": got ", t.dtype());
}

bool is_observed() {
    const Context& c = context();
    return c.unusual || c.taps != nullptr;
}

Tensor alias(const Tensor& x) {
    const Value& value = value_of(x);  // may throw: before the node is made
    Node* node = Node::make();
    node->op = &tap_row;
    node->tracked = x.is_tracked();
    node->outputs.push_back(value);
    node->inputs.push_back(x);
    node->attributes = Attributes::of(std::string());
    return Tensor(node, 0);
}

void require_finite(const char* what, const std::string& op, const std::string& tap, const Tensor& t) {
    if (!t) return;
    for (Index i = 0; i < t.size(); ++i) {
        const double number = t.at(i);
        if (std::isfinite(number)) continue;
        const Index row = t.rank() > 0 ? i / (t.size() / t.rows()) : 0;
        throw NumericError(text("anomaly: the first ", number, " is in ", what, " of ", op, tap.empty() ? "" : " at ",
                                tap, ", row ", row, ", element ", i, " of shape ", t.shape()));
    }
}

namespace {

Node* run(const Op& op, Operands&& inputs, Attributes&& attributes, const Context& c) {
    const bool recording_all = c.trace && !c.trace->expected;
    const bool track = c.recording && (op.vjp || recording_all) &&
                       std::any_of(inputs.begin(), inputs.end(), [](const Tensor& t) { return t.is_tracked(); });
    Computed computed = op.forward(inputs, attributes);
    Node* node = Node::make();
    node->op = &op;
    node->tracked = track;
    node->outputs = std::move(computed.outputs);
    if (track || recording_all) {
        node->inputs = std::move(inputs);
        node->attributes = std::move(attributes);
        node->saved = std::move(computed.saved);
    }
    return node;
}

Tensors outputs_of(Node* node) {
    Tensors outputs;
    for (std::size_t i = 0; i < node->outputs.size(); ++i) outputs.push_back(output_of(node, i));
    return outputs;
}

Tensors apply_unusual(const Op& op, Operands&& inputs, Attributes&& attributes, Context& c) {
    if (c.expanding && op.expand) return op.expand(inputs, attributes);
    if (c.trace) {
        if (const Replacement* replacement = c.trace->enter(op.code)) {
            const TraceScope plain(nullptr);
            return (*replacement)(Tensors(inputs.begin(), inputs.end()), attributes);
        }
    }
    Node* node = run(op, std::move(inputs), std::move(attributes), c);
    Tensors outputs = outputs_of(node);
    if (c.trace || c.anomaly) node->tap = TapPath::current();
    if (c.anomaly)
        for (const Tensor& output : outputs)
            require_finite("the output", std::string(name_of(*node)), node->tap, output);
    return outputs;
}

}  // namespace

Tensors apply(const Op& op, Operands inputs, Attributes attributes) {
    Context& c = context();
    if (c.unusual) [[unlikely]]
        return apply_unusual(op, std::move(inputs), std::move(attributes), c);
    return outputs_of(run(op, std::move(inputs), std::move(attributes), c));
}

Tensor apply_one(const Op& op, Operands inputs, Attributes attributes) {
    Context& c = context();
    if (c.unusual) [[unlikely]]
        return apply_unusual(op, std::move(inputs), std::move(attributes), c).at(0);
    return Tensor(run(op, std::move(inputs), std::move(attributes), c), 0);
}

}  // namespace gradpath
