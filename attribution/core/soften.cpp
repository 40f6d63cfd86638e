#include <gradpath/attribution/core/soften.hpp>

#include <algorithm>
#include <cmath>
#include <memory>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/graph.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {

Model softened(const Model& model, const Tensor& row, double sharpness) {
    require(std::isfinite(sharpness) && sharpness > 0, "soften: sharpness must be above 0 but is ", sharpness);
    const auto graph = std::make_shared<const Graph>(record(model, row));
    if (std::ranges::find(graph->executed, OpCode::relu) == graph->executed.end()) return {};
    const auto softplus_of = [sharpness](const std::vector<Tensor>& in, const Attributes&) {
        return std::vector{softplus(in[0] * sharpness) / sharpness};
    };
    return [graph, softplus_of](const Tensor& x) { return replay(*graph, {x}, {{OpCode::relu, softplus_of}})[0]; };
}

}  // namespace gradpath::attribution
