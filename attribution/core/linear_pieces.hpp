#pragma once
// Where a network of affine maps, ReLUs and maxima bends along a path. Between neighbouring bends it is linear, so
// its gradient there is one vector, and an integral over the segment needs no quadrature (Sotoudeh & Thakur 2019).
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <gradpath/attribution/core/model.hpp>
#include <gradpath/attribution/core/walk.hpp>
#include <gradpath/autodiff/graph.hpp>

namespace gradpath::attribution {

/// A stretch of an edge of a path, for one row. The model runs its kinks (relu, maximum, max_pool2d, ..) in one order;
/// those before number `level` do not bend inside it.
struct Stretch {
    Index row = 0, edge = 0;
    double from = 0, to = 1;  ///< fractions of the edge
    Index level = 0;
    Index rounds = 0;      ///< how often kink `level` has cut it already
    bool settled = false;  ///< nothing bends inside it

    Place at(double fraction) const { return {row, edge, fraction}; }
};

/// The ends of stretches, in their order; neighbours on an edge share one.
struct StretchEnds {
    explicit StretchEnds(std::span<const Stretch> stretches);
    std::vector<Place> places;
    std::vector<Index> first;  ///< per stretch: the number of the end where it begins; the other one is next
};

/// What the exact rule knows of a model: its graph, and whether each op of it is piecewise linear in the input.
class LinearPieces {
public:
    /// Records the model at one row, [1, input shape].
    LinearPieces(const Model& model, const Tensor& row);

    /// The first op that is not piecewise linear, and where: "tanh at dense1". Empty: there is none.
    const std::string& obstacle() const { return obstacle_; }

    /// Points of the path at places in ascending order, [count, input shape].
    using PointsAt = std::function<Tensor(std::span<const Place> places)>;
    /// Cuts the first open stretches of a list in ascending order, `most` of them, where their first bending kinks
    /// bend, or settles them; gives the list back. Runs the model once on the ends of all of them; each is cut by
    /// itself, whatever the others are.
    std::vector<Stretch> cut(std::span<const Stretch> list, std::size_t most, const PointsAt& points) const;
    /// For each stretch, how many kinks of the whole model answer differently at its two ends, rounds and levels apart:
    /// it has about one piece more, or more than that.
    std::vector<Index> changes(std::span<const Stretch> list, const PointsAt& points) const;

private:
    Graph graph_;
    std::string obstacle_;
};

}  // namespace gradpath::attribution
