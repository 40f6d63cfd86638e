#include <gradpath/attribution/geometry/curve.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/quadrature.hpp>
#include <gradpath/attribution/path/along_walks.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

void require_curve(const Tensor& corners) {
    require<ShapeError>(corners && corners.rank() >= 2 && corners.rows() >= 2,
                        "curve: corners must be at least two rows but have ",
                        corners ? text("shape ", corners.shape()) : "none");
}

Tensor starts(const Tensor& corners) { return slice(corners, 0, 0, corners.rows() - 1); }
Tensor ends(const Tensor& corners) { return slice(corners, 0, 1, corners.rows()); }

/// Which edge t lies on, and where on it.
struct OnEdge {
    std::vector<Index> edge;
    std::vector<double> at;
};
OnEdge on_edges(std::span<const double> ts, Index edges) {
    OnEdge places;
    for (const double t : ts) {
        const double along = std::clamp(t, 0.0, 1.0) * static_cast<double>(edges);
        places.edge.push_back(std::min(static_cast<Index>(along), edges - 1));
        places.at.push_back(along - static_cast<double>(places.edge.back()));
    }
    return places;
}

Tensor rows_at(const Tensor& corners, const std::vector<Index>& edges, Index shift) {
    std::vector<Index> rows;
    for (const Index edge : edges) rows.push_back(edge + shift);
    return gather(corners, Indices({static_cast<Index>(rows.size())}, rows));
}

/// Weights of rows shaped like `like`.
Tensor weights(const std::vector<double>& numbers, const Tensor& like) {
    return per_row(Tensor({static_cast<Index>(numbers.size())}, std::span<const double>(numbers)).to(like.dtype()),
                   like);
}

/// M with M_{k-1} + 4 M_k + M_{k+1} = 6 (p_{k+1} - 2 p_k + p_{k-1}) and none at the ends, by elimination.
Tensor bends_of(const Tensor& corners) {
    const Index points = corners.rows(), width = corners.size() / points;
    std::vector<double> m(static_cast<std::size_t>(corners.size()), 0), pivot(static_cast<std::size_t>(points), 4);
    for (Index k = 1; k + 1 < points; ++k) {
        const double left = k > 1 ? 1 / pivot[static_cast<std::size_t>(k - 1)] : 0;
        pivot[static_cast<std::size_t>(k)] = 4 - left;
        for (Index i = 0, at = k * width; i < width; ++i, ++at)
            m[static_cast<std::size_t>(at)] =
                6 * (corners.at(at + width) - 2 * corners.at(at) + corners.at(at - width)) -
                left * m[static_cast<std::size_t>(at - width)];
    }
    for (Index k = points - 2; k >= 1; --k)
        for (Index i = 0, at = k * width; i < width; ++i, ++at)
            m[static_cast<std::size_t>(at)] =
                (m[static_cast<std::size_t>(at)] - m[static_cast<std::size_t>(at + width)]) /
                pivot[static_cast<std::size_t>(k)];
    return Tensor(corners.shape(), std::span<const double>(m)).to(corners.dtype());
}

}  // namespace

Tensor line(const Tensor& from, const Tensor& to, Index points) {
    require(points >= 2, "line: points must be at least 2 but is ", points);
    require<ShapeError>(from && to && from.rank() >= 2 && from.rows() == 1 && from.shape() == to.shape(),
                        "line: needs two points of one shape, one row each, but got ",
                        from ? to_text(from.shape()) : "none", " and ", to ? to_text(to.shape()) : "none");
    std::vector<double> ts;
    for (Index k = 0; k < points; ++k) ts.push_back(static_cast<double>(k) / static_cast<double>(points - 1));
    return points_at(concat({from, to}), ts);
}

Tensor points_at(const Tensor& corners, std::span<const double> ts) {
    require_curve(corners);
    const OnEdge places = on_edges(ts, corners.rows() - 1);
    const Tensor low = rows_at(corners, places.edge, 0), high = rows_at(corners, places.edge, 1);
    const Tensor at = weights(places.at, low);
    return low * (1.0 - at) + high * at;  // both ends to the last bit
}

Tensor squared_edges(const Metric& metric, const Tensor& corners) {
    require_curve(corners);
    const Tensor from = starts(corners), to = ends(corners);
    return metric.squared((from + to) * 0.5, to - from);
}

Tensor energy(const Metric& metric, const Tensor& corners) {
    return sum(squared_edges(metric, corners)) * (0.5 * static_cast<double>(corners.rows() - 1));
}

Tensor straight_lengths(const Metric& metric, const Tensor& from, const Tensor& to, Index nodes) {
    const Tensor step = to - from;
    const Nodes& rule = attribution::nodes(QuadratureRule::gauss_legendre, nodes);
    Tensor total;
    for (std::size_t q = 0; q < rule.at.size(); ++q) {
        const Tensor part = sqrt(metric.squared(from + step * rule.at[q], step)) * rule.weight[q];
        total = total ? total + part : part;
    }
    return total;
}

Tensor edge_lengths(const Metric& metric, const Tensor& corners, Index nodes) {
    require_curve(corners);
    return straight_lengths(metric, starts(corners), ends(corners), nodes);
}

double length(const Metric& metric, const Tensor& corners, Index nodes) {
    return sum(edge_lengths(metric, corners, nodes)).item();
}

Tensor by_arc_length(const Metric& metric, const Tensor& corners, Index points) {
    require(points >= 2, "by_arc_length: points must be at least 2 but is ", points);
    const Tensor edges = edge_lengths(metric, corners);
    std::vector<double> ends{0};
    for (Index k = 0; k < edges.size(); ++k) ends.push_back(ends.back() + edges.at(k));
    if (!(ends.back() > 0))
        return line(slice(corners, 0, 0, 1), slice(corners, 0, corners.rows() - 1, corners.rows()), points);
    std::vector<double> ts;
    for (Index k = 0; k < points; ++k) {
        const double want = ends.back() * static_cast<double>(k) / static_cast<double>(points - 1);
        const auto after = std::upper_bound(ends.begin() + 1, ends.end() - 1, want);
        const double before = *(after - 1), edge = *after - before;
        const double within = edge > 0 ? std::clamp((want - before) / edge, 0.0, 1.0) : 0;
        ts.push_back((static_cast<double>(after - ends.begin() - 1) + within) / static_cast<double>(edges.size()));
    }
    return points_at(corners, ts);
}

std::vector<double> geodesic_residual(const Metric& metric, const Tensor& corners) {
    require_curve(corners);
    const Index points = corners.rows();
    if (points == 2) return {};
    const auto edges = static_cast<double>(points - 1);
    const Tensor before = slice(corners, 0, 0, points - 2), x = slice(corners, 0, 1, points - 1);
    const Tensor after = slice(corners, 0, 2, points);
    const Tensor v = (after - before) * (edges / 2), a = (after - x - (x - before)) * (edges * edges);
    const auto momentum = [&](const std::vector<Tensor>& at) { return metric.times(at[0], at[1]); };
    const ValueAndTangent p = jvp(momentum, {x, v}, {v, a});
    const auto squares = [&](const std::vector<Tensor>& at) { return sum(metric.squared(at[0], v)); };
    const Tensor force = value_and_grad(squares, {x}).slopes[0] * 0.5;
    const Tensor off = norm(flatten(p.tangent - force), 2, {.axes = {1}}),
                 size = norm(flatten(p.value), 2, {.axes = {1}});
    std::vector<double> result;
    for (Index k = 0; k < off.size(); ++k) result.push_back(off.at(k) == 0 ? 0 : off.at(k) / size.at(k));
    return result;
}

double certificate(const Metric& metric, const Tensor& corners) {
    const std::vector<double> residual = geodesic_residual(metric, corners);
    double squares = 0;
    for (const double r : residual) squares += r * r;
    return residual.empty() ? 0 : std::sqrt(squares / static_cast<double>(residual.size()));
}

Spline::Spline(Tensor corners) : corners_(std::move(corners)) {
    require_curve(corners_);
    bends_ = bends_of(corners_);
}

Tensor Spline::blend(std::span<const double> ts, bool slope) const {
    const OnEdge places = on_edges(ts, corners_.rows() - 1);
    std::vector<double> low, high, low_bend, high_bend;
    for (const double b : places.at) {
        const double a = 1 - b;
        low.push_back(slope ? -1 : a);
        high.push_back(slope ? 1 : b);
        low_bend.push_back(slope ? (1 - 3 * a * a) / 6 : (a * a * a - a) / 6);
        high_bend.push_back(slope ? (3 * b * b - 1) / 6 : (b * b * b - b) / 6);
    }
    const auto term = [&](const Tensor& of, Index shift, const std::vector<double>& weight) {
        const Tensor rows = rows_at(of, places.edge, shift);
        return rows * weights(weight, rows);
    };
    return term(corners_, 0, low) + term(corners_, 1, high) + term(bends_, 0, low_bend) + term(bends_, 1, high_bend);
}

Tensor Spline::at(std::span<const double> ts) const { return blend(ts, false); }

Tensor Spline::velocity(std::span<const double> ts) const {
    return blend(ts, true) * static_cast<double>(corners_.rows() - 1);
}

Path path_of(const Tensor& corners) {
    require_curve(corners);
    return {.edges = corners.rows() - 1, .corner = [corners](Index k) { return slice(corners, 0, k, k + 1); }};
}

}  // namespace gradpath::attribution::geometry
