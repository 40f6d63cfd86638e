#include <gradpath/attribution/rules/deep_lift_rules.hpp>

#include <gradpath/attribution/rules/halves.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath::attribution {
namespace {

/// One input that varies: g Δy / Δx.
Tensor of_one(const RuleCall& call, std::size_t i, const Tensor& slope) {
    const Tensor& x = call.step.inputs[i];
    const Tensor &y = call.step.outputs[0], g = first_half(call.cotangents[0]);
    const Tensor share = sum_to(g * Halves(y, y).difference(), first_half(x).shape());
    return alone(quotient(share, Halves(x, y).difference(), first_half(slope)));
}

/// Two inputs that vary: the Shapley values of the game with these two players.
std::vector<Tensor> of_two(const RuleCall& call) {
    const Step& step = call.step;
    const Tensor& y = step.outputs[0];
    const Halves a(step.inputs[0], y), b(step.inputs[1], y), f(y, y);
    const Op& op = op_row(step.op);
    const Tensor only_a = apply_one(op, {a.here, b.there}, *step.attributes),
                 only_b = apply_one(op, {a.there, b.here}, *step.attributes), g = first_half(call.cotangents[0]);
    const Tensor share_a = (only_a - f.there + f.here - only_b) * 0.5,
                 share_b = (only_b - f.there + f.here - only_a) * 0.5;
    const std::vector<Tensor> slopes = plain_vjp(call);
    return {alone(quotient(sum_to(g * share_a, a.here.shape()), a.difference(), first_half(slopes[0]))),
            alone(quotient(sum_to(g * share_b, b.here.shape()), b.difference(), first_half(slopes[1])))};
}

std::vector<Tensor> elementwise_rule(const RuleCall& call, const std::string& method) {
    require_rows(call, method);
    require_same_constants(call, method);
    const Step& step = call.step;
    const Tensor& y = step.outputs[0];
    for (const Tensor& input : step.inputs)
        require(!input.is_tracked() || (input.rank() == y.rank() && input.rows() == y.rows()), method,
                ": has no rule for ", where(step), " with shapes ", input.shape(), " and ", y.shape(),
                "; make the broadcast over rows explicit");
    if (tracked_inputs(step) == 2) return of_two(call);
    const bool scales = step.op == OpCode::mul || (step.op == OpCode::div && step.inputs[0].is_tracked());
    if (scales) return plain_vjp(call);
    std::vector<Tensor> slopes = plain_vjp(call);
    for (std::size_t i = 0; i < slopes.size(); ++i)
        if (step.inputs[i].is_tracked()) slopes[i] = of_one(call, i, slopes[i]);
    return slopes;
}

/// What rises goes to the winner at the input, what falls to the one at the baseline.
std::vector<Tensor> winner_rule(const RuleCall& call, const std::string& method) {
    require_rows(call, method);
    const Tensor &x = call.step.inputs[0], &y = call.step.outputs[0], g = first_half(call.cotangents[0]);
    const Halves f(y, y);
    const Tensor top = maximum(f.here, f.there);
    const std::vector<Tensor> moved{concat({g * (top - f.there), g * (f.here - top)})};
    const Tensor routed = plain_vjp({call.step, moved})[0], slope = first_half(plain_vjp(call)[0]);
    return {alone(quotient(first_half(routed) + second_half(routed), Halves(x, y).difference(), slope))};
}

/// Linear in what varies: the derivative.
std::vector<Tensor> linear_rule(const RuleCall& call, const std::string& method) {
    const Op& op = op_row(call.step.op);
    require(op.tangents != Forward::multilinear || tracked_inputs(call.step) == 1, method, ": has no rule for ",
            where(call.step), " of two tensors that both depend on the input");
    return plain_vjp(call);
}

/// Sums and choices: the derivative, if what has no slope is the same at both ends.
std::vector<Tensor> sum_rule(const RuleCall& call, const std::string& method) {
    require_same_constants(call, method);
    require(call.step.op != OpCode::where || !call.step.inputs[0].is_tracked(), method, ": has no rule for ",
            where(call.step), " whose mask the input decides");
    return plain_vjp(call);
}

/// Positions that the data chose may differ between input and baseline, and then nothing is linear.
std::vector<Tensor> take_rule(const RuleCall& call, const std::string& method) {
    const Indices& positions = call.step.attributes->as<GatherAttributes>().positions;
    const Index half = positions.size() / 2;
    for (Index k = 0; k < half; ++k)
        require(positions[k] == positions[half + k], method, ": has no rule for ", where(call.step),
                " at positions that the input decides");
    return plain_vjp(call);
}

}  // namespace

RuleTable rescale_rules(const std::string& method) {
    using Function = std::vector<Tensor> (*)(const RuleCall&, const std::string&);
    const auto bound = [&](Function rule) {
        return [rule, method](const RuleCall& call) { return rule(call, method); };
    };
    RuleTable table;
    for (const Op* op : all_ops()) {
        const bool linear = op->tangents == Forward::linear || op->tangents == Forward::multilinear;
        if (linear && op->vjp) table[op->code] = bound(linear_rule);
        if (op->tangents == Forward::diagonal && op->vjp) table[op->code] = bound(elementwise_rule);
    }
    for (const OpCode code : {OpCode::add, OpCode::sub, OpCode::where}) table[code] = bound(sum_rule);
    for (const OpCode code : {OpCode::neg, OpCode::pad}) table[code] = plain_vjp;
    for (const OpCode code : {OpCode::max, OpCode::max_pool2d}) table[code] = bound(winner_rule);
    table[OpCode::take_along_axis] = bound(take_rule);
    return closed(method, std::move(table), "replace it at that place, or take integrated-gradients, which needs none");
}

}  // namespace gradpath::attribution
