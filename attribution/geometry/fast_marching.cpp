// Points become known in the order of their distance. A point's distance follows from the known ones beside it, by
// one-sided differences of second order where two of them lie in a row. At the source U has a cone's tip, which no
// differences see well: what is differenced is U minus the cone λ(source) |x - source|, whose slope is known (after
// Fomel, Luo & Zhao 2009, "Fast sweeping method for the factored eikonal equation"), and the first points are given the
// length of the straight line.
#include <gradpath/attribution/geometry/fast_marching.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

#include <gradpath/attribution/core/quadrature.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

constexpr double start_radius = 6;  // cells around the source
constexpr Index rows_at_once = 4096;
constexpr std::size_t most_steps_astray = 16;
constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t index(Index i) { return static_cast<std::size_t>(i); }

/// λ at points, [points, 2].
std::vector<double> lambdas(const Metric& metric, const std::vector<double>& points, DType dtype) {
    const NoRecording off;
    std::vector<double> result;
    const auto count = static_cast<Index>(points.size() / 2);
    for (Index first = 0; first < count; first += rows_at_once) {
        const Index rows = std::min(rows_at_once, count - first);
        const std::span<const double> part = std::span(points).subspan(index(2 * first), index(2 * rows));
        const Tensor factor = metric.factor(Tensor({rows, 2}, part).to(dtype));
        for (Index k = 0; k < rows; ++k) result.push_back(std::sqrt(factor.at(k)));
    }
    return result;
}

/// One axis of the equation: (weight (U - from))² is its share of λ².
struct Upwind {
    double from = infinity, weight = 0;
};

/// The U with Σ (weight (U - from))² = λ², at least all its froms; axes in order of `from`.
double solve_upwind(const Upwind& a, const Upwind& b, double lambda) {
    const double alone = a.from + lambda / a.weight;
    if (b.weight == 0 || alone <= b.from) return alone;
    const double wa = a.weight * a.weight, wb = b.weight * b.weight, both = wa + wb;
    const double mean = (wa * a.from + wb * b.from) / both, gap = b.from - a.from;
    const double rest = (lambda * lambda - wa * wb / both * gap * gap) / both;
    return rest < 0 ? alone : mean + std::sqrt(rest);
}

}  // namespace

FastMarching::FastMarching(const Metric& metric, const Tensor& source, const PlaneGrid& grid) {
    require(metric.is_conformal(), "fast_marching: needs a conformal metric but ", metric.name, " is none");
    require<ShapeError>(source && source.shape() == Shape{1, 2},
                        "fast_marching: works in the plane: the source must have shape (1, 2) but has ",
                        source ? to_text(source.shape()) : "none");
    const double width = grid.high[0] - grid.low[0], height = grid.high[1] - grid.low[1];
    require(width > 0 && height > 0 && grid.cells >= 8,
            "fast_marching: the grid must have a size and at least 8 cells "
            "but is ",
            width, " by ", height, " with ", grid.cells);
    like_ = detached(source);
    source_ = {source.at(0), source.at(1)};
    low_ = grid.low;
    spacing_ = std::max(width, height) / static_cast<double>(grid.cells);
    columns_ = static_cast<Index>(std::ceil(width / spacing_ - 1e-9)) + 1;
    rows_ = static_cast<Index>(std::ceil(height / spacing_ - 1e-9)) + 1;
    inside(source);
    tip_ = lambdas(metric, {source_[0], source_[1]}, source.dtype())[0];
    std::vector<double> points;
    for (Index row = 0; row < rows_; ++row)
        for (Index column = 0; column < columns_; ++column)
            points.insert(points.end(), {point(column, row)[0], point(column, row)[1]});
    lambda_ = lambdas(metric, points, source.dtype());
    for (const double lambda : lambda_)
        require<NumericError>(std::isfinite(lambda), "fast_marching: the metric ", metric.name,
                              " is not finite everywhere on the grid");
    start(metric);
    march();
}

FastMarching::Point FastMarching::point(Index column, Index row) const {
    return {low_[0] + spacing_ * static_cast<double>(column), low_[1] + spacing_ * static_cast<double>(row)};
}

double FastMarching::cone(const Point& p) const { return tip_ * std::hypot(p[0] - source_[0], p[1] - source_[1]); }

FastMarching::Point FastMarching::cone_slope(const Point& p) const {
    const double dx = p[0] - source_[0], dy = p[1] - source_[1], away = std::hypot(dx, dy);
    return away > 0 ? Point{tip_ * dx / away, tip_ * dy / away} : Point{0, 0};
}

void FastMarching::start(const Metric& metric) {
    u_.assign(lambda_.size(), infinity);
    turn_.assign(lambda_.size(), -1);
    const Nodes& rule = nodes(QuadratureRule::gauss_legendre, 8);
    std::vector<double> points, lengths;
    std::vector<Index> near;
    for (Index row = 0; row < rows_; ++row)
        for (Index column = 0; column < columns_; ++column) {
            const double dx = point(column, row)[0] - source_[0], dy = point(column, row)[1] - source_[1];
            if (std::hypot(dx, dy) > start_radius * spacing_) continue;
            near.push_back(at(column, row));
            lengths.push_back(std::hypot(dx, dy));
            for (const double t : rule.at) points.insert(points.end(), {source_[0] + t * dx, source_[1] + t * dy});
        }
    const std::vector<double> lambda = lambdas(metric, points, like_.dtype());
    for (std::size_t k = 0; k < near.size(); ++k) {
        double mean = 0;
        for (std::size_t q = 0; q < rule.at.size(); ++q) mean += rule.weight[q] * lambda[k * rule.at.size() + q];
        u_[index(near[k])] = mean * lengths[k];
        turn_[index(near[k])] = 0;
    }
}

double FastMarching::solve(Index column, Index row) const {
    Upwind axes[2];
    for (int axis = 0; axis < 2; ++axis)
        for (const Index way : {-1, 1}) {
            const Index dx = axis == 0 ? way : 0, dy = axis == 0 ? 0 : way;
            const auto known = [&](Index steps) {
                const Index c = column + steps * dx, r = row + steps * dy;
                return c >= 0 && r >= 0 && c < columns_ && r < rows_ && this->known(at(c, r));
            };
            if (!known(1)) continue;
            const Point here = point(column, row), slope = cone_slope(here);
            const double one = u_[index(at(column + dx, row + dy))];
            const double two = known(2) ? u_[index(at(column + 2 * dx, row + 2 * dy))] : infinity;
            const double lift = spacing_ * static_cast<double>(way) * slope[index(axis)] + cone(here);
            const double bare = one - cone(point(column + dx, row + dy));
            Upwind seen{bare + lift, 1 / spacing_};
            if (two <= one) {
                const double bare_two = two - cone(point(column + 2 * dx, row + 2 * dy));
                seen = {(4 * bare - bare_two + 2 * lift + cone(here)) / 3, 1.5 / spacing_};
            }
            if (seen.from < axes[axis].from) axes[axis] = seen;
        }
    if (axes[1].from < axes[0].from) std::swap(axes[0], axes[1]);
    return solve_upwind(axes[0], axes[1], lambda_[index(at(column, row))]);
}

void FastMarching::march() {
    using Reached = std::pair<double, Index>;
    std::priority_queue<Reached, std::vector<Reached>, std::greater<>> open;
    const auto look_around = [&](Index place) {
        const Index column = place % columns_, row = place / columns_;
        for (const auto& [dx, dy] : {std::pair<Index, Index>{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
            const Index c = column + dx, r = row + dy;
            if (c < 0 || r < 0 || c >= columns_ || r >= rows_ || known(at(c, r))) continue;
            const double u = solve(c, r);
            if (u < u_[index(at(c, r))]) open.emplace(u_[index(at(c, r))] = u, at(c, r));
        }
    };
    for (Index place = 0; place < static_cast<Index>(u_.size()); ++place)
        if (known(place)) look_around(place);
    Index turn = 0;
    while (!open.empty()) {
        const auto [u, place] = open.top();
        open.pop();
        if (known(place)) continue;
        turn_[index(place)] = ++turn;
        look_around(place);
    }
    require<NumericError>(std::ranges::all_of(turn_, [](Index turn_of) { return turn_of >= 0; }),
                          "fast_marching: distances on the grid are too large or too small for numbers; scale the ",
                          "function or its inputs");
}

FastMarching::Point FastMarching::inside(const Tensor& p) const {
    require<ShapeError>(p && p.shape() == Shape{1, 2}, "fast_marching: a point must have shape (1, 2) but has ",
                        p ? to_text(p.shape()) : "none");
    const Point at{p.at(0), p.at(1)};
    const double right = low_[0] + spacing_ * static_cast<double>(columns_ - 1);
    const double top = low_[1] + spacing_ * static_cast<double>(rows_ - 1);
    require(at[0] >= low_[0] && at[1] >= low_[1] && at[0] <= right && at[1] <= top, "fast_marching: the point (", at[0],
            ", ", at[1], ") lies outside of the grid");
    return at;
}

FastMarching::Cell FastMarching::cell_of(const Point& p) const {
    const double x = (p[0] - low_[0]) / spacing_, y = (p[1] - low_[1]) / spacing_;
    const Index column = std::clamp(static_cast<Index>(x), Index{0}, columns_ - 2);
    const Index row = std::clamp(static_cast<Index>(y), Index{0}, rows_ - 2);
    return {column, row, {x - static_cast<double>(column), y - static_cast<double>(row)}};
}

/// Central differences of U without its cone, one-sided at the border.
double FastMarching::slope_at(Index column, Index row, int axis) const {
    const Index here = axis == 0 ? column : row, last = (axis == 0 ? columns_ : rows_) - 1;
    const Index before = std::max<Index>(here - 1, 0), after = std::min(here + 1, last);
    const auto u = [&](Index i) { return axis == 0 ? bare(i, row) : bare(column, i); };
    return (u(after) - u(before)) / (spacing_ * static_cast<double>(after - before));
}

double FastMarching::value(const Point& p) const {
    const auto [column, row, w] = cell_of(p);
    const auto u = [this, c0 = column, r0 = row](Index c, Index r) { return bare(c0 + c, r0 + r); };
    return cone(p) + (1 - w[1]) * ((1 - w[0]) * u(0, 0) + w[0] * u(1, 0)) +
           w[1] * ((1 - w[0]) * u(0, 1) + w[0] * u(1, 1));
}

/// The direction of steepest descent; zero where there is none.
FastMarching::Point FastMarching::downhill(const Point& p) const {
    const auto [column, row, w] = cell_of(p);
    Point slope = cone_slope(p);
    for (int axis = 0; axis < 2; ++axis)
        for (const Index c : {0, 1})
            for (const Index r : {0, 1})
                slope[index(axis)] +=
                    (c == 1 ? w[0] : 1 - w[0]) * (r == 1 ? w[1] : 1 - w[1]) * slope_at(column + c, row + r, axis);
    const double size = std::hypot(slope[0], slope[1]);
    return size > 0 ? Point{-slope[0] / size, -slope[1] / size} : Point{0, 0};
}

double FastMarching::distance(const Tensor& to) const { return value(inside(to)); }

/// Half a cell down the slope, within the grid.
FastMarching::Point FastMarching::step_down(const Point& p) const {
    const double step = spacing_ / 2;
    const auto moved = [&](double length, const Point& slope) {
        Point to;
        for (const int axis : {0, 1}) {
            const double cells = static_cast<double>((axis == 0 ? columns_ : rows_) - 1), low = low_[index(axis)];
            to[index(axis)] = std::clamp(p[index(axis)] + length * slope[index(axis)], low, low + spacing_ * cells);
        }
        return to;
    };
    return moved(step, downhill(moved(step / 2, downhill(p))));
}

/// Of the points at most `reach` columns and rows before (column, row) to 1 after it: the one that was known first.
Index FastMarching::first_known(Index column, Index row, Index reach) const {
    Index first = at(column, row);
    for (Index r = std::max<Index>(row - reach, 0); r <= std::min(row + 1, rows_ - 1); ++r)
        for (Index c = std::max<Index>(column - reach, 0); c <= std::min(column + 1, columns_ - 1); ++c)
            if (turn_[index(at(c, r))] < turn_[index(first)]) first = at(c, r);
    return first;
}

Index FastMarching::first_corner(const Point& p) const {
    const Cell cell = cell_of(p);
    return first_known(cell.column, cell.row, 0);
}

Tensor FastMarching::way(const Tensor& to) const {
    std::vector<Point> back{inside(to)};
    const auto away = [&](const Point& p) { return std::hypot(p[0] - source_[0], p[1] - source_[1]); };
    Index reached = first_corner(back[0]);  // the point of the grid nearest to the source, in turns
    std::size_t kept = 1;                   // corners on the way there
    while (away(back.back()) > start_radius / 2 * spacing_) {
        back.push_back(step_down(back.back()));
        const Index corner = first_corner(back.back());
        if (turn_[index(corner)] < turn_[index(reached)]) {
            reached = corner;
            kept = back.size();
        } else if (back.size() > kept + most_steps_astray) {
            // The slope leads nowhere: over the grid, whose points each became known by one that was known before.
            back.resize(kept);
            if (turn_[index(reached)] == 0) break;  // there U is that of the straight line
            reached = first_known(reached % columns_, reached / columns_, 1);
            back.push_back(point(reached % columns_, reached / columns_));
            kept = back.size();
        }
    }
    std::vector<double> corners{source_[0], source_[1]};
    for (auto p = back.rbegin(); p != back.rend(); ++p) corners.insert(corners.end(), p->begin(), p->end());
    return Tensor({static_cast<Index>(corners.size() / 2), 2}, std::span<const double>(corners)).to(like_.dtype());
}

}  // namespace gradpath::attribution::geometry
