#pragma once
// For neighbours as a solver: ways through a graph between points that are not nodes of it. The graph is one for all
// inputs and the tree one for all inputs of a baseline; an input hangs on the node that leads home the shortest way.
#include <vector>

#include <gradpath/attribution/geometry/cloud.hpp>
#include <gradpath/attribution/geometry/neighbours.hpp>

namespace gradpath::attribution::geometry {

class Ways {
public:
    /// From one point, [1, input shape]. Throws NumericError where a length is not finite.
    Ways(const Metric& metric, const NeighbourGraph& graph, const Tensor& from, const Neighbours& options);
    /// The shortest way to each of these points, [rows, input shape], as corners [points, input shape]; a point's way
    /// does not depend on the others. The straight line is among them where the ends are neighbours. Throws
    /// NumericError as above.
    std::vector<Tensor> to(const Tensor& points) const;

private:
    /// A point among the nodes: those it is a neighbour of, and how far the farthest of them is.
    struct Place {
        std::vector<Root> near;
        double reach = 0;
    };
    std::vector<Place> places(const Tensor& points) const;
    Tensor best(const Place& place, const Tensor& point, double direct) const;

    const Metric& metric_;
    const NeighbourGraph& graph_;
    Neighbours options_;
    Tensor from_;
    Cloud nodes_;
    Place start_;
    Tree tree_;
};

}  // namespace gradpath::attribution::geometry
