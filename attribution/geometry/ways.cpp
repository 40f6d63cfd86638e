// A point that equals a node is that node; any other is joined to the nodes that would be its neighbours.
#include <gradpath/attribution/geometry/ways.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

Tensor one(const Tensor& rows, Index row) { return slice(rows, 0, row, row + 1); }

double finite(double length) {
    require<NumericError>(std::isfinite(length), "neighbours: the length of an edge is ", length,
                          "; the function must be finite between the points");
    return length;
}

/// The nodes nearest to a point, with their Euclidean distances: one where it is equal to the point.
std::vector<Root> nearest(const Cloud& nodes, std::span<const double> point, const Neighbours& o) {
    if (const std::optional<Index> node = nodes.find(point)) return {{*node, 0}};
    std::vector<Root> all;
    for (const auto& [squared, node] : nodes.nearest(point, o.k)) all.push_back({node, std::sqrt(squared)});
    const auto beyond = [&](const Root& root) { return o.radius && root.distance > *o.radius; };
    while (all.size() > 1 && beyond(all.back())) all.pop_back();
    return all;
}

}  // namespace

Ways::Ways(const Metric& metric, const NeighbourGraph& graph, const Tensor& from, const Neighbours& options)
    : metric_(metric), graph_(graph), options_(options), from_(from), nodes_(graph.points) {
    for (const NeighbourGraph::Edge& edge : graph.edges) finite(edge.length);
    start_ = places(from)[0];
    tree_ = shortest_ways(graph, start_.near);
}

std::vector<Ways::Place> Ways::places(const Tensor& points) const {
    const Cloud wide(points);
    std::vector<Place> all;
    std::vector<Index> of, node;
    for (Index row = 0; row < points.rows(); ++row) {
        Place place{nearest(nodes_, wide.row(row), options_)};
        place.reach = place.near.back().distance;
        for (const Root& root : place.near) {
            of.push_back(row);
            node.push_back(root.node);
        }
        all.push_back(std::move(place));
    }
    const auto rows = [](const Tensor& from, const std::vector<Index>& list) {
        return gather(from, Indices({static_cast<Index>(list.size())}, list));
    };
    const std::vector<double> lengths =
        lengths_between(metric_, rows(points, of), rows(graph_.points, node), options_.nodes);
    std::size_t k = 0;
    for (Place& place : all)
        for (Root& root : place.near) root.distance = finite(lengths[k++]);
    return all;
}

std::vector<Tensor> Ways::to(const Tensor& points) const {
    const std::vector<Place> all = places(points);
    const Cloud wide(points), from(from_);
    std::vector<Tensor> ways;
    for (Index row = 0; row < points.rows(); ++row) {
        const Place& place = all[static_cast<std::size_t>(row)];
        const Tensor point = one(points, row);
        const double apart = std::sqrt(squared_distance(wide.row(row), from.row(0)));
        const bool neighbours = apart <= std::max(place.reach, start_.reach);
        const double direct = neighbours ? finite(lengths_between(metric_, from_, point, options_.nodes)[0])
                                         : std::numeric_limits<double>::infinity();
        ways.push_back(best(place, point, direct));
    }
    return ways;
}

Tensor Ways::best(const Place& place, const Tensor& point, double direct) const {
    double least = direct;
    Index last = -1;
    for (const auto& [node, distance] : place.near) {
        const double whole = tree_.distance[static_cast<std::size_t>(node)] + distance;
        if (whole < least) least = whole, last = node;
    }
    if (last < 0) return concat({from_, point});
    std::vector<Index> between = way_to(tree_, last);
    if (same_bits(one(graph_.points, between.front()), from_)) between.erase(between.begin());
    if (!between.empty() && same_bits(one(graph_.points, between.back()), point)) between.pop_back();
    return between.empty() ? concat({from_, point}) : concat({from_, corners_of(graph_, between), point});
}

}  // namespace gradpath::attribution::geometry
