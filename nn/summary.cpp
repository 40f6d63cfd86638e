// The recorded graph tells which op ran where, and each tap is itself a step in it: whatever ran inside a place since
// its last tap, and not inside a deeper one, is what that visit cost.
#include <gradpath/nn/summary.hpp>

#include <algorithm>
#include <map>

#include <gradpath/autodiff/graph.hpp>

namespace gradpath::nn {

namespace {

Index multiply_adds(const Step& step) {
    const auto per_output = [&](const Shape& outputs) {
        const Shape& weight = step.attributes->as<Conv2dAttributes>().weight;
        return outputs.size() * (weight.size() / std::max(Index{1}, weight[0]));
    };
    switch (step.op) {
        case OpCode::matmul: {
            const bool transposed = step.attributes->as<Matmul>().transpose_a;
            return step.outputs[0].size() * step.inputs[0].shape()[transposed ? -2 : -1];
        }
        case OpCode::conv2d: return per_output(step.outputs[0].shape());
        case OpCode::conv2d_input_vjp: return per_output(step.inputs[0].shape());
        case OpCode::conv2d_weight_vjp: return per_output(step.inputs[1].shape());
        default: return 0;
    }
}

bool is_inside(const std::string& path, const std::string& place) {
    return path == place || path.starts_with(place + ".");
}

/// What was counted inside a place and not yet taken by a deeper one.
Index take_inside(std::map<std::string, Index>& counted, const std::string& place) {
    Index taken = 0;
    std::erase_if(counted, [&](const auto& entry) {
        const bool inside = is_inside(entry.first, place);
        if (inside) taken += entry.second;
        return inside;
    });
    return taken;
}

SummaryRow row_of(const std::string& path, const Tensor& output) {
    const Shape shape = output.rank() > 0 ? output.shape().slice(1, output.rank()) : Shape{};
    return {.path = path, .output = shape, .bytes = shape.size() * static_cast<Index>(size_of(output.dtype()))};
}

/// The row of the deepest place that a parameter's name lies in; where it lies in none the last row, without a path.
SummaryRow& owner(std::vector<SummaryRow>& rows, const std::string& name) {
    SummaryRow* deepest = &rows.back();
    for (SummaryRow& row : rows)
        if (is_inside(name, row.path) && row.path.size() > deepest->path.size()) deepest = &row;
    return *deepest;
}

}  // namespace

Summary summary_of(const Function& run, const std::vector<Parameter>& parameters, const Shape& row) {
    const DType dtype = parameters.empty() ? DType::float32 : parameters.front().value.dtype();
    const Taps counting;  // so that a second visit is told from the first
    Graph graph = record(run, zeros(Shape{1}.joined(row), dtype));
    std::ranges::sort(graph.steps, {}, &Step::serial);

    Summary result;
    std::map<std::string, Index> counted;
    for (const Step& step : graph.steps) {
        if (step.op != OpCode::tap) {
            counted[step.tap] += multiply_adds(step);
            continue;
        }
        result.rows.push_back(row_of(step.tap, step.outputs[0]));
        result.rows.back().multiply_adds = take_inside(counted, step.tap.substr(0, step.tap.find('#')));
    }
    result.rows.push_back(row_of("", graph.outputs[0]));
    for (const auto& [path, count] : counted) result.rows.back().multiply_adds += count;
    for (const Parameter& p : parameters) owner(result.rows, p.name).parameters += p.value.size();

    const SummaryRow& outside = result.rows.back();
    if (outside.parameters == 0 && outside.multiply_adds == 0) result.rows.pop_back();
    for (const SummaryRow& r : result.rows) {
        result.parameters += r.parameters;
        result.multiply_adds += r.multiply_adds;
        result.bytes += r.bytes;
    }
    return result;
}

}  // namespace gradpath::nn
