// y = ((x * w + b) - mean) s + beta with s = gamma / √(variance + epsilon) is a convolution with the weights w s and
// the bias (b - mean) s + beta.
#include <algorithm>
#include <map>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/call.hpp>
#include <gradpath/models/onnx/program.hpp>

namespace gradpath::models::onnx {
namespace {

using Uses = std::map<std::size_t, int>;

Uses uses_of(const Program& p) {
    Uses uses;
    for (const ProgramStep& step : p.steps)
        for (const std::size_t slot : step.inputs) ++uses[slot];
    for (const std::size_t slot : p.output_slots) ++uses[slot];
    return uses;
}

bool infers(const Call& call) {
    return call.opset < 7 ? call.integer("is_test") != 0 : call.integer("training_mode") == 0;
}

bool is_plain_product(const Call& call) {
    return call.node.type == "Conv" || (call.node.type == "Gemm" && call.number("alpha", 1) == 1 &&
                                        call.number("beta", 1) == 1 && call.integer("transA") == 0);
}

// s for multiplying with the weights: their outputs are the first axis, of Gemm without transB the last.
Tensor against(const Tensor& s, const Tensor& weight, const Call& product) {
    if (product.node.type == "Gemm" && product.integer("transB") == 0) return s;
    std::vector<Index> lengths(static_cast<std::size_t>(weight.rank()), 1);
    lengths[0] = s.size();
    return reshape(s, Shape(std::span(lengths)));
}

// Both steps as one, if weights and statistics are constants that nobody else uses.
bool merged(ProgramStep& product, const ProgramStep& norm, Index opset, const Uses& uses, const ConstantAt& constant) {
    const Call before{product.node, {}, opset}, after{norm.node, {}, opset};
    if (norm.node.type != "BatchNormalization" || !infers(after) || !is_plain_product(before)) return false;
    if (norm.inputs.size() < 5 || norm.inputs[0] != product.outputs[0] || uses.at(norm.inputs[0]) != 1) return false;
    const std::size_t bias = product.inputs.size() > 2 ? product.inputs[2] : 0;
    std::vector<Value*> held{constant(product.inputs[1])};
    for (std::size_t i = 1; i < 5; ++i) held.push_back(constant(norm.inputs[i]));
    if (std::ranges::find(held, nullptr) != held.end() || (bias != 0 && constant(bias) == nullptr)) return false;
    if (uses.at(product.inputs[1]) != 1 || uses.at(norm.inputs[2]) != 1) return false;
    const Tensor s = held[1]->real() * rsqrt(held[4]->real() + after.number("epsilon", 1e-5));
    const Tensor shift = bias != 0 ? constant(bias)->real() - held[3]->real() : -held[3]->real();
    *held[0] = held[0]->real() * against(s, held[0]->real(), before);
    *held[2] = shift * s + held[2]->real();
    product.inputs.resize(2);
    product.inputs.push_back(norm.inputs[2]);
    product.outputs = norm.outputs;
    product.node.outputs = norm.node.outputs;
    return true;
}

}  // namespace

void fold_batch_norm(Program& p, const ConstantAt& constant) {
    const Uses uses = uses_of(p);
    std::map<std::size_t, std::size_t> made_by;  // slot → step in `left`
    std::vector<ProgramStep> left;
    for (ProgramStep& step : p.steps) {
        const auto maker = step.inputs.empty() ? made_by.end() : made_by.find(step.inputs[0]);
        const bool gone = maker != made_by.end() && merged(left[maker->second], step, p.opset, uses, constant);
        const std::size_t place = gone ? maker->second : left.size();
        for (const std::size_t slot : step.outputs) made_by[slot] = place;
        if (!gone) left.push_back(std::move(step));
    }
    p.steps = std::move(left);
}

}  // namespace gradpath::models::onnx
