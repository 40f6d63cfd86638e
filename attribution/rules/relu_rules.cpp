#include <gradpath/attribution/rules/relu_rules.hpp>

#include <gradpath/attribution/rules/by_rules.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

/// `rule` at relus, the derivative elsewhere.
Attribution at_relus(const std::string& method, const Model& model, const Tensor& x, const ReluRules& o,
                     const Rule& rule) {
    const Recorder recorder;
    Evaluator evaluator(method, model, x, o.target, o.stage, o.run);
    const RuleTable table{{OpCode::relu, rule}, {OpCode::maximum, [rule](const RuleCall& call) {
                                                     return is_relu(call.step) ? rule(call) : plain_vjp(call);
                                                 }}};
    Attribution result;
    result.values = values_like(evaluator, explain_by_rules(evaluator, [&](const RuleChunk& chunk) {
                                    return sweep_targets(chunk.record(chunk.input()), table,
                                                         [](const Tensor& output) { return ones_like(output); });
                                }));
    recorder.finish(result, evaluator, o.target);
    return result;
}

/// What a relu gives its inputs: `passed` for the one that is tracked.
std::vector<Tensor> to_tracked(const RuleCall& call, const Tensor& passed) {
    std::vector<Tensor> all(call.step.inputs.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        if (call.step.inputs[i].is_tracked()) all[i] = passed;
    return all;
}

}  // namespace

Attribution guided_backprop(const Model& model, const Tensor& x, const ReluRules& options) {
    return at_relus("guided-backprop", model, x, options, [](const RuleCall& call) {
        return to_tracked(call, relu(call.cotangents[0]) * greater(call.step.outputs[0], 0.0));
    });
}

Attribution deconvnet(const Model& model, const Tensor& x, const ReluRules& options) {
    return at_relus("deconvnet", model, x, options,
                    [](const RuleCall& call) { return to_tracked(call, relu(call.cotangents[0])); });
}

}  // namespace gradpath::attribution
