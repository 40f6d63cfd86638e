// Sums, moves and scales by constants keep apart what rose from what fell, so a run of them counts as the one linear
// map that it is; a product with weights looks at its input's whole difference, as the paper's linear rule does, and an
// op that is not linear answers to both parts, each in the presence and in the absence of the other.
#include <gradpath/attribution/rules/reveal_cancel.hpp>

#include <memory>
#include <optional>

#include <gradpath/attribution/rules/deep_lift_rules.hpp>
#include <gradpath/attribution/rules/halves.hpp>
#include <gradpath/attribution/rules/linear_block.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath::attribution {
namespace {

Tensor swapped(const Tensor& t) { return concat({second_half(t), first_half(t)}); }
Tensor twice(const Tensor& half) { return concat({half, half}); }
Tensor above(const Tensor& t) { return relu(t); }
Tensor below(const Tensor& t) { return minimum(t, 0.0); }
/// c t where the two halves stand for what rose and what fell.
Tensor scaled(const Tensor& t, const Tensor& c) { return above(c) * t + below(c) * swapped(t); }

std::optional<Link> only_link(const Step& step) {
    if (tracked_inputs(step) != 1) return std::nullopt;
    std::size_t varying = 0;
    while (!step.inputs[varying].is_tracked()) ++varying;
    return Link{&step, varying};
}

bool is_product(OpCode code) { return op_row(code).tangents == Forward::multilinear; }

/// The constant that a step multiplies by.
std::optional<Tensor> factor_of(const Step& step) {
    const std::optional<Link> link = only_link(step);
    if (step.op == OpCode::neg) return full({}, -1, step.outputs[0].dtype());
    if (link && step.op == OpCode::mul) return link->other();
    if (link && step.op == OpCode::div && link->varying == 0) return 1.0 / link->other();
    return std::nullopt;
}

/// How far every tensor of a graph rose and fell between baseline and input.
class Changes {
public:
    explicit Changes(const Graph& graph) {
        for (const Tensor& input : graph.inputs) set(input, by_sign(Halves(input, input).difference()));
        for (const Step& step : graph.steps) {
            const std::vector<Tensor> changes = of_outputs(step);
            for (std::size_t i = 0; i < changes.size(); ++i) set(step.outputs[i], changes[i]);
        }
    }
    const Tensor& of(const Tensor& t) const { return known_.at({t.node(), t.output()}); }

private:
    void set(const Tensor& t, const Tensor& change) { known_[{t.node(), t.output()}] = change; }

    std::vector<Tensor> of_outputs(const Step& step) const {
        const std::optional<Link> link = only_link(step);
        if (link && is_product(step.op)) return {through_product(*link)};
        if (const auto factor = factor_of(step)) return {scaled(of(link->input()), *factor)};
        const bool linear = op_row(step.op).tangents == Forward::linear || step.op == OpCode::pad;
        const bool sum = step.op == OpCode::add || step.op == OpCode::sub || step.op == OpCode::where;
        if (linear || sum) return through_linear(step);
        std::vector<Tensor> changes;
        for (const Tensor& output : step.outputs) changes.push_back(by_sign(Halves(output, output).difference()));
        return changes;
    }

    static Tensor through_product(const Link& link) {
        const Tensor change = by_sign(Halves(link.input(), link.step->outputs[0]).difference());
        return Product(link, change, above(link.other())).output() +
               Product(link, swapped(change), below(link.other())).output();
    }

    /// The op of the changes, less what it makes of none.
    std::vector<Tensor> through_linear(const Step& step) const {
        const bool choice = step.op == OpCode::where;
        Tensors changes, nothing;
        for (std::size_t i = 0; i < step.inputs.size(); ++i) {
            const Tensor& input = step.inputs[i];
            const bool mask = choice && i == 0;
            nothing.push_back(mask ? input : zeros_like(input));
            changes.push_back(input.is_tracked() ? of(input) : nothing.back());
            if (step.op == OpCode::sub && i == 1 && input.is_tracked()) changes.back() = swapped(changes.back());
        }
        const Op& op = op_row(step.op);
        std::vector<Tensor> outputs = apply(op, changes, *step.attributes);
        if (step.op != OpCode::pad) return outputs;
        return {outputs[0] - apply_one(op, nothing, *step.attributes)};
    }

    std::map<std::pair<const Node*, std::uint32_t>, Tensor> known_;
};

/// The multipliers of one input, the others having none.
std::vector<Tensor> for_input(const Link& link, const Tensor& multipliers) {
    std::vector<Tensor> given(link.step->inputs.size());
    given[link.varying] = multipliers;
    return given;
}

std::vector<Tensor> product_rule(const Rule& rescale, const RuleCall& call) {
    rescale(call);  // refuses two inputs that vary
    const Link link = *only_link(call.step);
    const Tensor &m = call.cotangents[0], &x = link.input();
    const Tensor both =
        Product(link, x, above(link.other())).pull(m) + Product(link, x, below(link.other())).pull(swapped(m));
    return for_input(link, twice(of_sign(both, Halves(x, call.step.outputs[0]).difference())));
}

/// A non-linear op of one input: half of what each part does alone, half of what it adds to the other.
std::vector<Tensor> alone_and_together(const RuleCall& call, const Link& link, const Changes& changes) {
    const Step& step = call.step;
    const Tensor &x = link.input(), &y = step.outputs[0], change = changes.of(x);
    const Halves start(x, y), f(y, y);
    const auto at = [&](const Tensor& z) {
        Tensors inputs;
        for (const Tensor& input : step.inputs) inputs.push_back(Halves(input, y).here);
        inputs[link.varying] = z;
        return apply_one(op_row(step.op), inputs, *step.attributes);
    };
    const Tensor rise = first_half(change), fall = second_half(change);
    const Tensor risen = at(start.there + rise), fallen = at(start.there + fall);
    const Tensor m = of_sign(call.cotangents[0], f.difference());
    const Tensor by_rise = m * (risen - f.there + f.here - fallen) * 0.5,
                 by_fall = m * (fallen - f.there + f.here - risen) * 0.5;
    const std::vector<Tensor> moved{alone(m)};
    const Tensor slope = first_half(plain_vjp({step, moved})[link.varying]);
    const Shape& shape = rise.shape();
    return for_input(
        link, concat({quotient(sum_to(by_rise, shape), rise, slope), quotient(sum_to(by_fall, shape), fall, slope)}));
}

/// The difference as a whole, by the rescale rule of the op.
std::vector<Tensor> as_a_whole(const Rule& rescale, const RuleCall& call) {
    const Tensor& y = call.step.outputs[0];
    const std::vector<Tensor> moved{alone(of_sign(call.cotangents[0], Halves(y, y).difference()))};
    std::vector<Tensor> given = rescale({call.step, moved});
    for (Tensor& m : given)
        if (m) m = twice(first_half(m));
    return given;
}

/// Where the rescale rule refuses, it is called to say so.
std::vector<Tensor> elementwise_rule(const Rule& rescale, const RuleCall& call, const Changes& changes) {
    const std::optional<Link> link = only_link(call.step);
    if (!link) return as_a_whole(rescale, call);
    rescale(call);
    if (const auto factor = factor_of(call.step))
        return for_input(*link, sum_to(scaled(call.cotangents[0], *factor), link->input().shape()));
    return alone_and_together(call, *link, changes);
}

std::vector<Tensor> sub_rule(const Rule& rescale, const RuleCall& call) {
    std::vector<Tensor> given = rescale(call);
    if (given[1]) given[1] = swapped(given[1]);
    return given;
}

}  // namespace

Tensor by_sign(const Tensor& difference) { return concat({above(difference), below(difference)}); }

Tensor of_sign(const Tensor& multipliers, const Tensor& difference) {
    const Tensor up = first_half(multipliers), down = second_half(multipliers);
    return where(greater(difference, 0.0), up, where(less(difference, 0.0), down, (up + down) * 0.5));
}

RuleTable reveal_cancel_rules(const std::string& method, const Graph& graph) {
    const auto changes = std::make_shared<const Changes>(graph);
    const RuleTable rescale = rescale_rules(method);
    RuleTable table = rescale;  // linear ops of one tensor move both halves alike
    for (const Op* op : all_ops()) {
        const Rule rule = rescale.at(op->code);
        if (is_product(op->code)) table[op->code] = [rule](const RuleCall& call) { return product_rule(rule, call); };
        if (op->tangents == Forward::diagonal && op->vjp)
            table[op->code] = [=](const RuleCall& call) { return elementwise_rule(rule, call, *changes); };
    }
    for (const OpCode code : {OpCode::max, OpCode::max_pool2d})
        table[code] = [rule = rescale.at(code)](const RuleCall& call) { return as_a_whole(rule, call); };
    table[OpCode::add] = rescale.at(OpCode::add);
    table[OpCode::sub] = [rule = rescale.at(OpCode::sub)](const RuleCall& call) { return sub_rule(rule, call); };
    return table;
}

}  // namespace gradpath::attribution
