#pragma once
// Shortest ways in the plane under a conformal metric, by solving |∇U| = λ on a grid: what other solvers are held to.
#include <array>
#include <vector>

#include <gradpath/attribution/geometry/metric.hpp>

namespace gradpath::attribution::geometry {

struct PlaneGrid {
    std::array<double, 2> low, high;  ///< a box around all ways that matter, of the first and the second feature
    Index cells = 256;                ///< along the longer side
};

/// Distances from one point, U, on a grid; ways back to it go down U. Second order where U is smooth (Sethian 1999,
/// "Fast marching methods", SIAM Review 41, 5.3): about (cell size)².
class FastMarching {
public:
    /// Throws ValueError for a metric that is not conformal, a grid that is empty or does not hold the source well
    /// within, ShapeError unless the source is [1, 2], NumericError where λ is not finite.
    FastMarching(const Metric& metric, const Tensor& source, const PlaneGrid& grid);

    /// To a point, [1, 2], within the grid. Throws ValueError elsewhere.
    double distance(const Tensor& to) const;
    /// Corners of the shortest way from the source to a point, [points, 2], within the grid and half a cell apart;
    /// where U has no slope to go down (steps that are free, jumps between two cells) over points of the grid.
    Tensor way(const Tensor& to) const;

private:
    using Point = std::array<double, 2>;
    struct Cell {
        Index column, row;
        Point within;
    };
    Index at(Index column, Index row) const { return row * columns_ + column; }
    Point point(Index column, Index row) const;
    double cone(const Point& p) const;
    Point cone_slope(const Point& p) const;
    double bare(Index column, Index row) const {
        return u_[static_cast<std::size_t>(at(column, row))] - cone(point(column, row));
    }
    Cell cell_of(const Point& p) const;
    Point inside(const Tensor& p) const;
    double value(const Point& p) const;
    Point downhill(const Point& p) const;
    Point step_down(const Point& p) const;
    Index first_known(Index column, Index row, Index reach) const;
    Index first_corner(const Point& p) const;
    double slope_at(Index column, Index row, int axis) const;
    void start(const Metric& metric);
    void march();
    bool known(Index place) const { return turn_[static_cast<std::size_t>(place)] >= 0; }
    double solve(Index column, Index row) const;

    Point source_, low_;
    double spacing_ = 0, tip_ = 0;  ///< tip: λ at the source
    Index columns_ = 0, rows_ = 0;
    Tensor like_;
    std::vector<double> lambda_, u_;
    std::vector<Index> turn_;  ///< when a point became known: 0 near the source, then 1, 2, ..; -1: not yet
};

}  // namespace gradpath::attribution::geometry
