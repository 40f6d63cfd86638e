// Ops made of functions. checkpoint keeps no graph and runs its function again in the sweep, with the taps that were in
// force the first time; custom_op wraps a forward and a rule of the user's own.
#include <unordered_set>

#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rows.hpp>
#include <gradpath/autodiff/ops/trace.hpp>
#include <gradpath/autodiff/taps.hpp>
#include <gradpath/autodiff/transforms.hpp>

namespace gradpath {
namespace {

struct Again {
    ListFunction f;
    std::shared_ptr<const Taps::Replay> taps;
};

Computed values_of(const Tensors& outputs) {
    Computed computed;
    for (const Tensor& output : outputs) computed.outputs.push_back(value_of(output));
    return computed;
}

Computed checkpoint_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const NoRecording off;
    return values_of({attributes.as<Again>().f(Tensors(inputs.begin(), inputs.end()))});
}

/// The gradient of a tracked tensor that the function captured would be lost: it is no input of the node.
void require_no_captures(const Tensor& y, const Tensors& inputs) {
    std::unordered_set<const Node*> seen;
    for (const Tensor& input : inputs) seen.insert(input.node());
    std::vector<const Node*> stack{y.node()};
    while (!stack.empty()) {
        const Node* node = stack.back();
        stack.pop_back();
        if (!node->tracked || !seen.insert(node).second) continue;
        require(node->op != nullptr, "checkpoint: the function uses a tracked tensor of shape ", node->outputs[0].shape,
                " that is not among its inputs; pass it, or its gradient would be lost");
        for (const Tensor& input : node->inputs) stack.push_back(input.node());
    }
}

Tensors checkpoint_vjp(const VjpCall& call) {
    const Again& again = call.attributes.as<Again>();
    const bool differentiable = context().recording;
    Tensors inputs(call.inputs.begin(), call.inputs.end()), wanted;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        if (call.wanted[i]) {
            inputs[i] = differentiable ? alias(inputs[i]) : tracked(inputs[i]);
            wanted.push_back(inputs[i]);
        }
    const Tensor y = [&] {
        const Recording on;
        const Taps::Scope scope(again.taps);
        return again.f(inputs);
    }();
    require(same_bits(y, call.y()),
            "checkpoint: the function gave another value when it ran again; it must depend on its inputs ",
            "alone (no dropout inside)");
    require_no_captures(y, inputs);
    const Tensors slopes = pullback(std::span(&y, 1), call.cotangents, wanted, {.differentiable = differentiable});
    Tensors all(inputs.size());
    for (std::size_t i = 0, next = 0; i < all.size(); ++i)
        if (call.wanted[i]) all[i] = slopes[next++];
    return all;
}

Computed custom_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const TraceScope opaque(nullptr);  // what runs inside is this op's own business
    const NoRecording off;
    const CustomOp& op = attributes.as<CustomOp>();
    const Tensors outputs = op.forward(Tensors(inputs.begin(), inputs.end()));
    require(!outputs.empty(), op.name, ": a custom op must return at least one tensor");
    return values_of(outputs);
}

Tensors custom_vjp(const VjpCall& call) {
    const CustomOp& op = call.attributes.as<CustomOp>();
    require(static_cast<bool>(op.vjp), op.name, ": this custom op has no vjp; give it one, or detach its inputs");
    Tensors slopes =
        op.vjp(Tensors(call.inputs.begin(), call.inputs.end()), Tensors(call.outputs.begin(), call.outputs.end()),
               Tensors(call.cotangents.begin(), call.cotangents.end()));
    require(slopes.size() == call.inputs.size(), op.name,
            ": the vjp must return one tensor per input: ", call.inputs.size(), " inputs, ", slopes.size(), " tensors");
    for (std::size_t i = 0; i < slopes.size(); ++i)
        require_like(text(op.name, ": the vjp of input ", i), slopes[i], call.x(i));
    return slopes;
}

Tensors custom_jvp(const JvpCall& call) {
    const CustomOp& op = call.attributes.as<CustomOp>();
    Tensors tangents =
        op.jvp(Tensors(call.inputs.begin(), call.inputs.end()), Tensors(call.outputs.begin(), call.outputs.end()),
               Tensors(call.tangents.begin(), call.tangents.end()));
    require(tangents.size() == call.outputs.size(), op.name,
            ": the jvp must return one tensor per output: ", call.outputs.size(), " outputs, ", tangents.size(),
            " tensors");
    for (std::size_t i = 0; i < tangents.size(); ++i)
        require_like(text(op.name, ": the jvp of output ", i), tangents[i], call.outputs[i]);
    return tangents;
}

const Op custom_with_jvp{OpCode::custom, "custom", custom_forward, custom_vjp, Forward::rule, custom_jvp};

}  // namespace

std::string_view name_of(const Node& node) {
    return node.op->code == OpCode::custom && node.attributes ? std::string_view(node.attributes.as<CustomOp>().name)
                                                              : node.op->name;
}

const Op checkpoint_row{OpCode::checkpoint, "checkpoint", checkpoint_forward, checkpoint_vjp};
const Op custom_row{OpCode::custom, "custom", custom_forward, custom_vjp};

Tensor checkpoint(const ListFunction& f, const std::vector<Tensor>& inputs) {
    if (context().trace) return f(inputs);  // graphs show what is inside
    return apply_one(checkpoint_row, inputs, Attributes::of(Again{f, Taps::replay_here()}));
}

std::vector<Tensor> custom_op(const CustomOp& op, const std::vector<Tensor>& inputs) {
    require(static_cast<bool>(op.forward), op.name, ": a custom op needs a forward function");
    return apply(op.jvp ? custom_with_jvp : custom_row, inputs, Attributes::of(op));
}

}  // namespace gradpath
