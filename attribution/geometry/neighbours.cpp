// Distances between points are Euclidean, by comparing all pairs; only the edges that are kept are measured in the
// metric, many at once.
#include <gradpath/attribution/geometry/neighbours.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <queue>

#include <gradpath/attribution/geometry/cloud.hpp>
#include <gradpath/attribution/geometry/curve.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

constexpr Index rows_at_once = 512;  // of the metric

using Pair = std::pair<Index, Index>;
using Pairs = std::vector<Pair>;  // in ascending order

Pair ordered(Index a, Index b) { return {std::min(a, b), std::max(a, b)}; }
std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Each pair once, of those that are there so many times at least.
Pairs distinct(Pairs all, std::ptrdiff_t times) {
    std::ranges::sort(all);
    Pairs once;
    for (auto first = all.begin(); first != all.end();) {
        const auto last = std::upper_bound(first, all.end(), *first);
        if (last - first >= times) once.push_back(*first);
        first = last;
    }
    return once;
}

Indices as_indices(const std::vector<Index>& list) { return Indices({static_cast<Index>(list.size())}, list); }

/// Equal points become one: sets `points` and `node_of`.
void merge(const Tensor& points, NeighbourGraph& graph) {
    const Cloud cloud(points);
    std::map<std::vector<double>, Index> seen;
    std::vector<Index> kept;
    for (Index i = 0; i < cloud.count(); ++i) {
        const std::span<const double> row = cloud.row(i);
        const auto [place, fresh] = seen.emplace(std::vector(row.begin(), row.end()), static_cast<Index>(kept.size()));
        if (fresh) kept.push_back(i);
        graph.node_of.push_back(place->second);
    }
    require(kept.size() >= 2, "neighbours: needs at least two different points but got ", kept.size());
    graph.points = gather(points, as_indices(kept));
}

Pairs neighbour_pairs(const Cloud& cloud, const Neighbours& o) {
    Pairs all;
    for (Index i = 0; i < cloud.count(); ++i)
        for (const auto& [squared, j] : cloud.nearest(cloud.row(i), o.k, i))
            if (!o.radius || squared <= *o.radius * *o.radius) all.push_back(ordered(i, j));
    return distinct(std::move(all), o.mutual ? 2 : 1);
}

/// Points along edges that are too long, and the pieces that these edges become.
void subdivide(NeighbourGraph& graph, const Pairs& pairs, double longest, Pairs& pieces) {
    const Cloud cloud(graph.points);
    std::vector<Tensor> parts{graph.points};
    Index count = graph.points.rows();
    for (const auto& [a, b] : pairs) {
        const auto between = static_cast<Index>(std::ceil(std::sqrt(cloud.squared_distance(a, b)) / longest)) - 1;
        if (between < 1) continue;
        const Tensor from = slice(graph.points, 0, a, a + 1), to = slice(graph.points, 0, b, b + 1);
        Index last = a;
        for (Index m = 1; m <= between; ++m) {
            const double share = static_cast<double>(m) / static_cast<double>(between + 1);
            parts.push_back(from + (to - from) * share);
            pieces.push_back(ordered(last, count));
            last = count++;
        }
        pieces.push_back(ordered(last, b));
    }
    graph.points = concat(parts);
}

/// Which part of the graph each node is in: its first node.
class Parts {
public:
    explicit Parts(Index count) : first_(at(count)) { std::iota(first_.begin(), first_.end(), Index{0}); }
    Index of(Index i) {
        while (first_[at(i)] != i) i = first_[at(i)] = first_[at(first_[at(i)])];
        return i;
    }
    void join(Index i, Index j) {
        const auto [low, high] = ordered(of(i), of(j));
        first_[at(high)] = low;
    }
    std::map<Index, std::vector<Index>> members() {
        std::map<Index, std::vector<Index>> all;
        for (Index i = 0; i < static_cast<Index>(first_.size()); ++i) all[of(i)].push_back(i);
        return all;
    }

private:
    std::vector<Index> first_;
};

/// The shortest edge that leads out of a part.
Pair bridge_from(const std::vector<Index>& part, const Cloud& cloud, Parts& parts) {
    double least = std::numeric_limits<double>::infinity();
    Pair best{-1, -1};
    for (const Index i : part)
        for (Index j = 0; j < cloud.count(); ++j)
            if (parts.of(j) != parts.of(i))
                if (const double d = cloud.squared_distance(i, j); d < least || best.first < 0)
                    least = d, best = ordered(i, j);
    return best;
}

/// Joins the parts of the graph, the smallest one first: the bridges.
std::vector<Pair> bridges_of(const Pairs& pairs, const Cloud& cloud, Index& components) {
    Parts parts(cloud.count());
    for (const auto& [a, b] : pairs) parts.join(a, b);
    std::vector<Pair> bridges;
    auto members = parts.members();
    components = static_cast<Index>(members.size());
    for (; members.size() > 1; members = parts.members()) {
        const auto smallest = std::min_element(members.begin(), members.end(), [](const auto& a, const auto& b) {
            return a.second.size() < b.second.size();
        });
        bridges.push_back(bridge_from(smallest->second, cloud, parts));
        parts.join(bridges.back().first, bridges.back().second);
    }
    return bridges;
}

void measure(const Metric& metric, Index nodes_on_edge, NeighbourGraph& graph) {
    std::vector<Index> from, to;
    for (const NeighbourGraph::Edge& edge : graph.edges) {
        from.push_back(edge.from);
        to.push_back(edge.to);
    }
    const auto ends = [&](const std::vector<Index>& nodes) { return gather(graph.points, as_indices(nodes)); };
    const std::vector<double> lengths = lengths_between(metric, ends(from), ends(to), nodes_on_edge);
    for (std::size_t e = 0; e < lengths.size(); ++e) graph.edges[e].length = lengths[e];
}

}  // namespace

std::vector<double> lengths_between(const Metric& metric, const Tensor& from, const Tensor& to, Index nodes) {
    const NoRecording off;
    std::vector<double> lengths;
    for (Index first = 0; first < from.rows(); first += rows_at_once) {
        const Index last = std::min(from.rows(), first + rows_at_once);
        const Tensor part = straight_lengths(metric, slice(from, 0, first, last), slice(to, 0, first, last), nodes);
        for (Index k = 0; k < part.size(); ++k) lengths.push_back(part.at(k));
    }
    return lengths;
}

NeighbourGraph neighbour_graph(const Metric& metric, const Tensor& points, const Neighbours& o) {
    require(o.k >= 1, "neighbours: k must be at least 1 but is ", o.k);
    require(!o.radius || *o.radius > 0, "neighbours: radius must be positive but is ", o.radius.value_or(0));
    require(!o.longest_edge || *o.longest_edge > 0, "neighbours: longest-edge must be positive but is ",
            o.longest_edge.value_or(0));
    require<ShapeError>(points && points.rank() >= 2 && points.size() > 0,
                        "neighbours: points must be rows of features but have ",
                        points ? text("shape ", points.shape()) : "none");
    NeighbourGraph graph;
    merge(detached(points), graph);
    Pairs pairs = neighbour_pairs(Cloud(graph.points), o);
    if (o.longest_edge) {
        Pairs pieces;
        subdivide(graph, pairs, *o.longest_edge, pieces);
        for (const Pair& pair : neighbour_pairs(Cloud(graph.points), o)) pieces.push_back(pair);
        pairs = distinct(std::move(pieces), 1);
    }
    const std::vector<Pair> bridges = bridges_of(pairs, Cloud(graph.points), graph.components);
    graph.bridges = static_cast<Index>(bridges.size());
    for (const auto& [a, b] : pairs) graph.edges.push_back({a, b, 0});
    for (const auto& [a, b] : bridges) graph.edges.push_back({a, b, 0});
    measure(metric, o.nodes, graph);
    return graph;
}

Tree shortest_ways(const NeighbourGraph& graph, Index root) {
    const Index count = graph.points.rows();
    require(root >= 0 && root < count, "neighbours: root must lie in [0, ", count, ") but is ", root);
    return shortest_ways(graph, std::vector<Root>{{root, 0}});
}

Tree shortest_ways(const NeighbourGraph& graph, std::span<const Root> roots) {
    const Index count = graph.points.rows();
    std::vector<std::vector<std::pair<Index, double>>> near(at(count));
    for (const auto& [from, to, length] : graph.edges) {
        near[at(from)].emplace_back(to, length);
        near[at(to)].emplace_back(from, length);
    }
    Tree tree{std::vector<double>(at(count), std::numeric_limits<double>::infinity()),
              std::vector<Index>(at(count), -1)};
    using Reached = std::pair<double, Index>;
    std::priority_queue<Reached, std::vector<Reached>, std::greater<>> open;
    for (const auto& [root, distance] : roots) {
        if (!(distance < tree.distance[at(root)])) continue;
        tree.distance[at(root)] = distance;
        tree.before[at(root)] = root;
        open.emplace(distance, root);
    }
    while (!open.empty()) {
        const auto [distance, node] = open.top();
        open.pop();
        if (distance > tree.distance[at(node)]) continue;
        for (const auto& [next, length] : near[at(node)]) {
            if (!(distance + length < tree.distance[at(next)])) continue;
            tree.distance[at(next)] = distance + length;
            tree.before[at(next)] = node;
            open.emplace(distance + length, next);
        }
    }
    return tree;
}

std::vector<Index> way_to(const Tree& tree, Index node) {
    require(node >= 0 && node < static_cast<Index>(tree.before.size()) && tree.before[at(node)] >= 0,
            "neighbours: there is no way to node ", node);
    std::vector<Index> way{node};
    while (tree.before[at(way.back())] != way.back()) way.push_back(tree.before[at(way.back())]);
    std::reverse(way.begin(), way.end());
    return way;
}

Tensor corners_of(const NeighbourGraph& graph, std::span<const Index> way) {
    return gather(graph.points, as_indices({way.begin(), way.end()}));
}

}  // namespace gradpath::attribution::geometry
