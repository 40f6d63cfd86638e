// A point that equals a node is that node; any other is joined to the nodes that would be its neighbours.
#include <gradpath/attribution/geometry/ways.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

using Point = std::span<const double>;

double distance(Point a, Point b) {
    double squares = 0;
    for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(squares);
}

Point row_of(const Tensor& wide, Index row) {
    const auto width = static_cast<std::size_t>(wide.size() / wide.rows());
    return wide.data<double>().subspan(static_cast<std::size_t>(row) * width, width);
}

Tensor one(const Tensor& rows, Index row) { return slice(rows, 0, row, row + 1); }

double finite(double length) {
    require<NumericError>(std::isfinite(length), "neighbours: the length of an edge is ", length,
                          "; the function must be finite between the points");
    return length;
}

/// The nodes nearest to a point, with their Euclidean distances: one where it is equal to the point.
std::vector<Root> nearest(const Tensor& nodes, Point point, const Neighbours& o) {
    std::vector<Root> all;
    for (Index k = 0; k < nodes.rows(); ++k) all.push_back({k, distance(row_of(nodes, k), point)});
    const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(static_cast<std::size_t>(o.k), all.size()));
    std::partial_sort(all.begin(), all.begin() + count, all.end(), [](const Root& a, const Root& b) {
        return a.distance < b.distance || (a.distance == b.distance && a.node < b.node);
    });
    all.resize(static_cast<std::size_t>(count));
    const auto beyond = [&](const Root& root) { return o.radius && root.distance > *o.radius; };
    while (all.size() > 1 && (beyond(all.back()) || all.front().distance == 0)) all.pop_back();
    return all;
}

}  // namespace

Ways::Ways(const Metric& metric, const NeighbourGraph& graph, const Tensor& from, const Neighbours& options)
    : metric_(metric), graph_(graph), options_(options), from_(from), wide_(graph.points.to(DType::float64)) {
    for (const NeighbourGraph::Edge& edge : graph.edges) finite(edge.length);
    start_ = places(from)[0];
    tree_ = shortest_ways(graph, start_.near);
}

std::vector<Ways::Place> Ways::places(const Tensor& points) const {
    const Tensor wide = points.to(DType::float64);
    std::vector<Place> all;
    std::vector<Index> of, node;
    for (Index row = 0; row < points.rows(); ++row) {
        Place place{nearest(wide_, row_of(wide, row), options_)};
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

std::vector<Way> Ways::to(const Tensor& points) const {
    const std::vector<Place> all = places(points);
    std::vector<Way> ways;
    for (Index row = 0; row < points.rows(); ++row) {
        const Place& place = all[static_cast<std::size_t>(row)];
        const Tensor point = one(points, row), from = from_.to(DType::float64);
        const double apart = distance(row_of(point.to(DType::float64), 0), row_of(from, 0));
        const bool neighbours = apart <= std::max(place.reach, start_.reach);
        const double direct = neighbours ? finite(lengths_between(metric_, from_, point, options_.nodes)[0])
                                         : std::numeric_limits<double>::infinity();
        ways.push_back(best(place, point, direct));
    }
    return ways;
}

Way Ways::best(const Place& place, const Tensor& point, double direct) const {
    double least = direct;
    Index last = -1;
    for (const auto& [node, distance] : place.near) {
        const double whole = tree_.distance[static_cast<std::size_t>(node)] + distance;
        if (whole < least) least = whole, last = node;
    }
    if (last < 0) return {concat({from_, point}), direct};
    std::vector<Tensor> corners{from_};
    const auto add = [&](const Tensor& corner) {
        if (!same_bits(corners.back(), corner)) corners.push_back(corner);
    };
    for (const Index node : way_to(tree_, last)) add(one(graph_.points, node));
    add(point);
    if (corners.size() == 1) corners.push_back(point);
    return {concat(corners), least};
}

}  // namespace gradpath::attribution::geometry
