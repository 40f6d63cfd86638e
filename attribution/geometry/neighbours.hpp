#pragma once
// Geodesics over data: a graph of near neighbours whose edges are as long as the metric says, and shortest ways in it.
#include <optional>
#include <span>
#include <vector>

#include <gradpath/attribution/geometry/metric.hpp>

namespace gradpath::attribution::geometry {

struct Neighbours {
    Index k = 15;                       ///< nearest other points, by Euclidean distance; equals in order of their index
    bool mutual = false;                ///< keep an edge only where both ends are near neighbours of each other
    std::optional<double> radius = {};  ///< of Euclidean distance, at most
    /// Edges longer than this get points in between, which look for neighbours of their own.
    std::optional<double> longest_edge = {};
    Index nodes = 5;  ///< Gauss-Legendre nodes on each edge, for its length in the metric

    static void visit(auto& self, auto&& f) {
        f("k", self.k, "nearest other points that a point of the graph is joined to");
        f("mutual", self.mutual, "keep an edge only where both ends are near neighbours of each other");
        f("radius", self.radius, "of Euclidean distance between neighbours, at most");
        f("longest-edge", self.longest_edge, "longer edges of the graph get points in between");
        f("edge-nodes", self.nodes, "Gauss-Legendre nodes for the length of an edge of the graph");
    }
};

struct NeighbourGraph {
    struct Edge {
        Index from, to;  ///< from < to; ways may use it both ways
        double length;   ///< in the metric, along the straight edge
    };
    Tensor points;               ///< [nodes, input shape]; no two are equal
    std::vector<Index> node_of;  ///< of every point that was given: equal points are one node
    std::vector<Edge> edges;
    Index components = 1;  ///< before they were joined
    Index bridges = 0;     ///< edges, the last ones, that join components where they are nearest
};
/// The graph over points, [points, input shape], whose directions do not matter. Throws ValueError for options out of
/// range or fewer than two different points.
NeighbourGraph neighbour_graph(const Metric& metric, const Tensor& points, const Neighbours& options = {});

/// Lengths of the straight lines between rows of `from` and `to`, as of edges of the graph, without a derivative.
std::vector<double> lengths_between(const Metric& metric, const Tensor& from, const Tensor& to, Index nodes);

/// Shortest ways from one node to all others (Dijkstra 1959): what all inputs with one baseline share.
struct Tree {
    std::vector<double> distance;
    std::vector<Index> before;  ///< the node before on the way from the root; the root's is itself
};
Tree shortest_ways(const NeighbourGraph& graph, Index root);
/// A node and the length of the way to it from where all ways begin: a point that need not be a node.
struct Root {
    Index node;
    double distance;
};
/// The same from such a point; `before` of a node that is reached from it directly is the node itself.
Tree shortest_ways(const NeighbourGraph& graph, std::span<const Root> roots);
/// The nodes from the root to this one. Throws ValueError where there is no way.
std::vector<Index> way_to(const Tree& tree, Index node);
/// The same as corners, [points, input shape].
Tensor corners_of(const NeighbourGraph& graph, std::span<const Index> way);

}  // namespace gradpath::attribution::geometry
