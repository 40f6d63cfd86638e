#include <gradpath/attribution/rules/lrp_rules.hpp>

#include <memory>

#include <gradpath/attribution/rules/linear_block.hpp>
#include <gradpath/attribution/rules/lrp_layers.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath::attribution {
namespace {

/// What the rules look up while the sweep goes over their graph.
struct Relevance {
    Blocks blocks;
    Lrp options;
    Rule refuse;

    std::vector<Tensor> through_product(const RuleCall& call) const {
        const auto block = blocks.by_product.find(call.step.outputs[0].node());
        if (block == blocks.by_product.end()) return in_proportion(call, 0, 0.5);  // two tensors that vary
        std::vector<Tensor> given(2);
        given[block->second.product.varying] = through_layer(block->second, call.cotangents[0], options);
        return given;
    }

    std::vector<Tensor> elementwise(const RuleCall& call) const {
        const Step& step = call.step;
        const bool sum = step.op == OpCode::add || step.op == OpCode::sub;
        const bool alone = blocks.varying_inputs(step) == 1;
        if (alone && (!sum || blocks.transparent.contains(step.outputs[0].node()))) return whole(call);
        if (sum) return in_proportion(call, options.rule == LrpRule::zero ? 0 : options.epsilon);
        if (step.op == OpCode::mul) return in_proportion(call, 0, 0.5);
        if (step.op == OpCode::maximum || step.op == OpCode::minimum) return plain_vjp(call);
        return refuse(call);
    }

    /// All of it to the one input that varies.
    std::vector<Tensor> whole(const RuleCall& call) const {
        std::vector<Tensor> given(call.step.inputs.size());
        for (std::size_t i = 0; i < given.size(); ++i)
            if (blocks.varies(call.step.inputs[i])) given[i] = sum_to(call.cotangents[0], call.step.inputs[i].shape());
        return given;
    }

    /// An op linear in each input: to each in proportion to what it gives the output, and `part` of it.
    std::vector<Tensor> in_proportion(const RuleCall& call, double epsilon = 0, double part = 1) const {
        const Step& step = call.step;
        const Tensor q = quotient_of(call.cotangents[0] * part, step.outputs[0], epsilon);
        const std::vector<Tensor> moved{q};
        std::vector<Tensor> given = plain_vjp({step, moved});
        for (std::size_t i = 0; i < given.size(); ++i)
            given[i] = blocks.varies(step.inputs[i]) ? step.inputs[i] * given[i] : Tensor();
        return given;
    }
};

}  // namespace

RuleTable lrp_rules(const Graph& graph, const Lrp& options) {
    const std::string way_out = "replace it at that place, or take integrated-gradients, which needs none";
    const auto r = std::make_shared<const Relevance>(Relevance{blocks_of(graph), options, no_rule("lrp", way_out)});
    RuleTable table;
    for (const Op* op : all_ops()) {
        if (!op->vjp) continue;
        if (op->tangents == Forward::linear) table[op->code] = [r](const RuleCall& c) { return r->in_proportion(c); };
        if (op->tangents == Forward::diagonal) table[op->code] = [r](const RuleCall& c) { return r->elementwise(c); };
    }
    for (const OpCode code : {OpCode::matmul, OpCode::conv2d, OpCode::conv2d_input_vjp})
        table[code] = [r](const RuleCall& call) { return r->through_product(call); };
    for (const OpCode code : {OpCode::reshape, OpCode::permute, OpCode::broadcast_to, OpCode::concat, OpCode::split,
                              OpCode::slice, OpCode::pad, OpCode::gather, OpCode::take_along_axis, OpCode::cast,
                              OpCode::tap, OpCode::where, OpCode::max, OpCode::max_pool2d})
        table[code] = plain_vjp;  // numbers are moved or chosen, and their relevance with them
    return closed("lrp", std::move(table), way_out);
}

}  // namespace gradpath::attribution
