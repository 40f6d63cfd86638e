// Forward mode: one sweep over the recorded graph. An elementwise op passes a tangent by its vjp formula (its Jacobian
// is diagonal), a linear op applies itself to it; few others have a rule. Without one, J v is the derivative of Jᵀ u
// in u.
#include <algorithm>
#include <optional>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/reach.hpp>
#include <gradpath/autodiff/transforms.hpp>

namespace gradpath {
namespace {

/// J v = d/du ⟨Jᵀ u, v⟩ for a dummy cotangent u: the vjp is linear in u, so any u will do.
Tensors two_sweeps(const Node& node, std::span<const Tensor> outputs, std::span<const Tensor> tangents) {
    Tensors us, slopes, vs;
    for (const Tensor& output : outputs) us.push_back(tracked(zeros_like(output)));
    std::vector<char> wanted;
    for (const Tensor& tangent : tangents) wanted.push_back(static_cast<bool>(tangent));
    const bool differentiable = context().recording;
    const Tensors pulled = [&] {
        const Recording on;
        return node_vjp(node, us, wanted);
    }();
    for (std::size_t i = 0; i < pulled.size(); ++i)
        if (pulled[i] && tangents[i] && pulled[i].is_tracked()) {
            slopes.push_back(pulled[i]);
            vs.push_back(tangents[i]);
        }
    if (slopes.empty()) return Tensors(outputs.size());
    return pullback(slopes, vs, us, {.differentiable = differentiable});
}

Tensors sum_of(const Tensors& a, const Tensors& b) {
    if (a.empty()) return b;
    Tensors total;
    for (std::size_t i = 0; i < a.size(); ++i) total.push_back(a[i] + b[i]);
    return total;
}

Tensors push(const Node& node, std::span<const Tensor> tangents) {
    Tensors outputs;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) outputs.push_back(output_of(&node, i));
    switch (node.op->tangents) {
        case Forward::diagonal:
        case Forward::rule: return node.op->jvp({node.inputs, outputs, node.attributes, node.saved, tangents});
        case Forward::linear: {
            Tensors inputs(tangents.begin(), tangents.end());
            for (std::size_t i = 0; i < inputs.size(); ++i)
                if (!inputs[i]) inputs[i] = zeros_like(node.inputs[i]);
            return apply(*node.op, inputs, node.attributes);
        }
        case Forward::multilinear: {
            Tensors total;
            for (std::size_t i = 0; i < tangents.size(); ++i) {
                if (!tangents[i]) continue;
                Operands inputs = node.inputs;
                inputs[i] = tangents[i];
                total = sum_of(total, apply(*node.op, std::move(inputs), node.attributes));
            }
            return total;
        }
        case Forward::two_sweeps: break;
    }
    return two_sweeps(node, outputs, tangents);
}

}  // namespace

std::vector<Tensor> pushforward(std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> vs) {
    require(xs.size() == vs.size(), "pushforward: one tangent per input is needed: ", xs.size(), " inputs, ", vs.size(),
            " tangents");
    for (std::size_t i = 0; i < xs.size(); ++i) {
        require(xs[i].is_tracked(), "pushforward: input ", i, " is not tracked; make it a leaf with tracked()");
        require_like(text("pushforward: tangent ", i), vs[i], xs[i]);
    }
    Reach reach(ys, xs);
    for (std::size_t i = 0; i < xs.size(); ++i) reach.add(xs[i], vs[i]);
    Tensors tangents;
    for (const Node* node : reach.nodes()) {
        if (!node->op || !node->op->vjp) continue;
        tangents.clear();
        for (const Tensor& input : node->inputs) {
            const Tensor* slot = reach.slot(input);
            tangents.push_back(slot ? *slot : Tensor());
        }
        if (std::none_of(tangents.begin(), tangents.end(), [](const Tensor& t) { return static_cast<bool>(t); }))
            continue;
        const Tensors pushed = push(*node, tangents);
        for (std::size_t i = 0; i < pushed.size(); ++i) reach.add(output_of(node, i), pushed[i]);
    }
    std::vector<Tensor> result;
    for (const Tensor& y : ys) {
        const Tensor* slot = y.is_tracked() ? reach.slot(y) : nullptr;
        result.push_back(slot && *slot ? *slot : zeros_like(y));
    }
    return result;
}

ValueAndTangent jvp(const ListFunction& f, const std::vector<Tensor>& xs, const std::vector<Tensor>& vs) {
    require(xs.size() == vs.size(), "jvp: one tangent per input is needed: ", xs.size(), " inputs, ", vs.size(),
            " tangents");
    bool differentiable = false;
    Tensors inputs;
    for (std::size_t i = 0; i < xs.size(); ++i) {
        differentiable = differentiable || xs[i].is_tracked() || vs[i].is_tracked();
        inputs.push_back(xs[i].is_tracked() ? alias(xs[i]) : tracked(xs[i]));
    }
    const Recording on;
    ValueAndTangent result{f(inputs), {}};
    std::optional<NoRecording> off;
    if (!differentiable) off.emplace();
    result.tangent = pushforward(std::span(&result.value, 1), inputs, vs)[0];
    if (!differentiable) result.value = detached(result.value);
    return result;
}

ValueAndTangent jvp(const Function& f, const Tensor& x, const Tensor& v) {
    return jvp([&](const std::vector<Tensor>& xs) { return f(xs[0]); }, std::vector{x}, std::vector{v});
}

}  // namespace gradpath
