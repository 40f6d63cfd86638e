#include <gradpath/attribution/core/soften.hpp>

#include <algorithm>
#include <cmath>
#include <memory>

#include <gradpath/autodiff/attributes.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/graph.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

using Table = std::map<OpCode, Replacement>;

constexpr double beyond_the_edge = -1e4;  // of a pool: nothing after exp, in float32, too

/// Every window's pixel (i, j), for each of these: [windows' pixels, rows, channels, height, width].
Tensor windows(const Tensor& x, const Pool2d& o) {
    const Index down = o.padding.height, across = o.padding.width;
    const Tensor wide = down + across == 0 ? x : pad(x, {{}, {}, {down, down}, {across, across}}, beyond_the_edge);
    const auto line = [&](Index axis, Index first, Index kernel, Index stride) {
        return Range{first, wide.shape()[axis] - kernel + first + 1, stride > 0 ? stride : kernel};
    };
    std::vector<Tensor> parts;
    for (Index i = 0; i < o.kernel.height; ++i)
        for (Index j = 0; j < o.kernel.width; ++j) {
            const Tensor rows = slice(wide, 2, line(2, i, o.kernel.height, o.stride.height));
            parts.push_back(slice(rows, 3, line(3, j, o.kernel.width, o.stride.width)));
        }
    return stack(parts);
}

Table rules(const Soften& o) {
    const double sharpness = o.sharpness;
    Table table;
    table[OpCode::relu] = [sharpness](const std::vector<Tensor>& in, const Attributes&) {
        return std::vector{softplus(in[0] * sharpness) / sharpness};
    };
    if (!o.pools) return table;
    table[OpCode::max_pool2d] = [sharpness](const std::vector<Tensor>& in, const Attributes& attributes) {
        const Tensor each = windows(in[0], attributes.as<Pool2dAttributes>().options);
        const double equal = std::log(static_cast<double>(each.rows()));
        return std::vector{(logsumexp(each * sharpness, {.axes = {0}}) - equal) / sharpness};
    };
    return table;
}

}  // namespace

Model softened(const Model& model, const Tensor& row, const Soften& options) {
    require(std::isfinite(options.sharpness) && options.sharpness > 0, "soften: sharpness must be above 0 but is ",
            options.sharpness);
    const auto graph = std::make_shared<const Graph>(record(model, row));
    const Table table = rules(options);
    if (std::ranges::none_of(graph->executed, [&](OpCode op) { return table.contains(op); })) return {};
    return [graph, table](const Tensor& x) { return replay(*graph, {x}, table)[0]; };
}

}  // namespace gradpath::attribution
