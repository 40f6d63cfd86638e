#pragma once
// The graph, open to reading: nodes, and the three tools every rule-based method is written on: record, replay, sweep.
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/attributes.hpp>
#include <gradpath/autodiff/op_code.hpp>
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath {

/// One step of a recorded computation.
struct Step {
    OpCode op;
    std::string_view name;
    std::vector<Tensor> inputs;  ///< tracked or not: see Tensor::is_tracked
    std::vector<Tensor> outputs;
    const Attributes*
        attributes;        ///< the op's option struct: attributes->as<Conv2dAttributes>(); lives as long as the outputs
    std::string tap;       ///< the tap path around it, or of the tap itself
    std::uint64_t serial;  ///< grows in the order of creation
};
/// The step that made t. Its inputs are kept only if it was tracked or recorded.
Step step_of(const Tensor& t);

/// f's graph at x. Fused ops stand as the plain ops they mean.
struct Graph {
    std::vector<Step> steps;              ///< those that lead to the outputs, in topological order; leaves left out
    std::vector<Tensor> inputs, outputs;  ///< the inputs are tracked leaves
    std::vector<OpCode> executed;         ///< every op that ran, in order
    std::function<std::vector<Tensor>(const std::vector<Tensor>&)> f;
};
Graph record(const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& f,
             const std::vector<Tensor>& inputs);
Graph record(const std::function<Tensor(const Tensor&)>& f, const Tensor& x);

/// What to run instead of an op: gets the inputs and the op's options, returns the outputs.
using Replacement = std::function<std::vector<Tensor>(const std::vector<Tensor>& inputs, const Attributes& attributes)>;
/// Runs the recorded function on other inputs (other rows, too) with ops replaced. Throws ValueError if the ops that
/// run differ from those recorded: such a function depends on its data.
std::vector<Tensor> replay(const Graph& graph, const std::vector<Tensor>& inputs,
                           const std::map<OpCode, Replacement>& table = {});

struct RuleCall {
    const Step& step;
    const std::vector<Tensor>& cotangents;  ///< one per output; absent ones are empty
};
/// What to do instead of an op's VJP: one tensor (or an empty one) per input.
using Rule = std::function<std::vector<Tensor>(const RuleCall&)>;
/// The reverse sweep from the outputs to the inputs with any op's VJP replaced; untracked outside it.
std::vector<Tensor> sweep(const Graph& graph, const std::vector<Tensor>& cotangents,
                          const std::map<OpCode, Rule>& table = {});
/// The op's own VJP, for rules that only change what goes in or out.
std::vector<Tensor> plain_vjp(const RuleCall& call);

}  // namespace gradpath
