#pragma once
// A graph ready to run: names are places in a list, and each place is emptied after its last use.
#include <functional>

#include <gradpath/models/onnx/graph.hpp>
#include <gradpath/models/onnx/operators.hpp>

namespace gradpath::models::onnx {

struct ProgramStep {
    const Operator* op;
    Node node;
    std::vector<std::size_t> inputs, outputs;  ///< slots; 0 is "left out"
    std::vector<std::size_t> done;             ///< slots nobody needs after it
};

struct Program {
    Index opset = 0;
    std::vector<ProgramStep> steps;
    std::vector<Port> inputs, outputs;
    std::vector<std::size_t> input_slots, output_slots;
    std::vector<std::string> names{""};  ///< of the slots
    std::map<std::string, std::string> metadata = {};
};

/// Throws IoError that lists all that is not supported.
Program program_of(const Graph& graph, const std::string& name);
/// Fills in ProgramStep::done.
void find_last_uses(Program& program);
/// The constant in a slot; nullptr if it holds none.
using ConstantAt = std::function<Value*(std::size_t slot)>;
/// Batch normalisation behind Conv and Gemm becomes part of their weights and bias.
void fold_batch_norm(Program& program, const ConstantAt& constant);
/// Runs one step. Errors name the node.
std::vector<Value> run_step(const ProgramStep& step, std::vector<Value> inputs, Index opset);

}  // namespace gradpath::models::onnx
