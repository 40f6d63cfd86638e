// Geodesic IG over neighbours, as the table has it and with one thing done otherwise.
#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include <gradpath/attribution/geometry/geodesic_ig.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/experiments/half_moons/methods.hpp>
#include <gradpath/tools/experiments/same_question.hpp>

namespace gradpath::tools::half_moons {
namespace {

namespace geometry = attribution::geometry;
using attribution::GeodesicIg;

GeodesicIg options_of(const Subject& s, const ByNeighbours& o) {
    using Metric = ByNeighbours::Metric;
    auto options = options_for<GeodesicIg>({s.predicted, s.baseline, s.seed, s.cancel});
    options.solver = "neighbours";
    options.refine = false;
    options.neighbours = o.graph;
    options.pool = {.points = s.x, .same_class = !o.both_classes};
    options.quadrature = s.quadrature;
    if (o.metric == Metric::regularised) options.metric = "pullback";
    if (o.metric == Metric::euclidean) options.metric = "euclidean";
    if (o.metric == Metric::sum_of_outputs)
        options.own_metric = [f = s.f](const attribution::Model&) {
            return geometry::conformal([f](const Tensor& x) { return sum(log_softmax(f(x)), {.axes = {1}}); });
        };
    return options;
}

std::array<double, 2> place(const Tensor& points, Index row) { return {points.at(2 * row), points.at(2 * row + 1)}; }

/// The paper's formula: (x - x') ∘ Σ of the mean gradients of all edges. Ways share their beginnings, as points of the
/// pool are what is explained: each adds its last edge to the way of the point before.
Tensor leading_factor(const Subject& s, const std::vector<Tensor>& ways) {
    std::map<std::array<double, 2>, std::size_t> row_of;
    std::vector<Tensor> before;
    for (Index r = 0; r < s.x.rows(); ++r) {
        const Tensor& way = ways[static_cast<std::size_t>(r)];
        row_of[place(s.x, r)] = static_cast<std::size_t>(r);
        before.push_back(slice(way, 0, way.rows() - 2, way.rows() - 1));
    }
    Subject edges = s;
    edges.baseline = concat(before);
    const Tensor shares = straight_values(edges), step = s.x - edges.baseline;
    std::vector<std::size_t> order(ways.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t r) { return ways[r].rows(); });
    std::vector<std::array<double, 2>> sums(ways.size());
    std::vector<double> values(2 * ways.size());
    for (const std::size_t r : order) {
        if (ways[r].rows() > 2) sums[r] = sums[row_of.at(place(before[r], 0))];
        for (const std::size_t i : {0u, 1u}) {
            const auto k = static_cast<Index>(2 * r + i);
            if (step.at(k) != 0) sums[r][i] += shares.at(k) / step.at(k);
            values[2 * r + i] = sums[r][i] * (s.x.at(k) - s.baseline.at(static_cast<Index>(i)));
        }
    }
    return Tensor(s.x.shape(), std::span<const double>(values));
}

}  // namespace

std::vector<Tensor> geodesic_ways(const Subject& s, const ByNeighbours& o) {
    std::vector<Tensor> ways;
    for (geometry::Geodesic& g : attribution::geodesics(s.f, s.x, options_of(s, o))) ways.push_back(g.corners);
    return ways;
}

attribution::Attribution by_neighbours(const Subject& s, const ByNeighbours& o) {
    attribution::Attribution a = attribution::geodesic_ig(s.f, s.x, options_of(s, o));
    const NoRecording plain;
    if (o.leading_factor) {
        a.values = leading_factor(s, geodesic_ways(s, o));
        a.ncc_gap = a.relative_delta = {};
    }
    return a;
}

}  // namespace gradpath::tools::half_moons
