// A quadrature that meets an infinite slope says nothing of the length, not even where that is finite, as that of √x1
// from 0 is: better no answer than that one.
#include <gradpath/attribution/geometry/finite.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

constexpr Index parts_of_edges = 2, parts_of_one = 16;  // an edge is looked at where each of its parts begins

/// A place on the curve of a row.
struct Place {
    Index row;
    double t;  ///< from 0, its start, to 1
};

std::string words_of(double t) {
    if (t == 0) return "at its start";
    return t == 1 ? "at its end" : text("at t = ", t, " of 0 .. 1");
}

std::string way_out(bool defined, double t) {
    if (!defined) return "choose ends between which the function is defined";
    return text("f is not differentiable there; move ", t == 0 || t == 1 ? "that" : "an", " end a little");
}

/// Points, and where each of them is.
void require_finite(Evaluator& evaluator, const Tensor& points, const std::vector<Place>& places) {
    const auto make = [&](Index first, Index last) {
        Points chunk{slice(points, 0, first, last), {}};
        for (Index k = first; k < last; ++k) chunk.rows.push_back(places[static_cast<std::size_t>(k)].row);
        return chunk;
    };
    const auto take = [&](Index k, std::span<const double> values, std::span<const double> slopes) {
        const auto is_finite = [](double number) { return std::isfinite(number); };
        const auto slope = std::ranges::find_if_not(slopes, is_finite);
        const bool value = is_finite(values[0]);
        if (value && slope == slopes.end()) return;
        const auto& [row, t] = places[static_cast<std::size_t>(k)];
        throw NumericError(text(evaluator.method(),
                                ": f and its gradient must be finite along the whole curve: in row ", row,
                                value ? text(" a slope is ", *slope) : text(" f is ", values[0]), " ", words_of(t),
                                "; ", way_out(value, t)));
    };
    evaluator.gradients(points.rows(), make, take, "curves", 0, points.rows());
}

/// What of all curves is to be looked at.
class Looks {
public:
    void add(Index row, Index kind, const Tensor& corners) {
        const Index edges = corners.rows() - 1, parts = edges == 1 ? parts_of_one : parts_of_edges;
        const Tensor from = slice(corners, 0, 0, edges), step = slice(corners, 0, 1, edges + 1) - from;
        for (Index part = 0; part < parts; ++part) {
            const double share = static_cast<double>(part) / static_cast<double>(parts);
            const Tensor at = from + step * share;
            std::vector<Index> fresh;
            for (Index k = 0; k < edges; ++k)
                if (is_new(kind, slice(at, 0, k, k + 1))) {
                    fresh.push_back(k);
                    places_.push_back({row, (static_cast<double>(k) + share) / static_cast<double>(edges)});
                }
            if (!fresh.empty()) points_.push_back(gather(at, Indices({static_cast<Index>(fresh.size())}, fresh)));
        }
    }
    void check(Evaluator& evaluator) const { require_finite(evaluator, concat(points_), places_); }

private:
    bool is_new(Index kind, const Tensor& point) {
        const Tensor wide = point.to(DType::float64);
        return seen_.emplace(kind, std::vector(wide.data<double>().begin(), wide.data<double>().end())).second;
    }

    std::set<std::pair<Index, std::vector<double>>> seen_;
    std::vector<Tensor> points_;
    std::vector<Place> places_;
};

}  // namespace

void require_finite_ends(Evaluator& evaluator, const Tensor& from) {
    std::vector<Place> places;
    for (const double t : {0.0, 1.0})
        for (Index row = 0; row < evaluator.rows(); ++row) places.push_back({row, t});
    require_finite(evaluator, concat({from, evaluator.input()}), places);
}

void require_finite_curves(Evaluator& evaluator, const std::vector<Tensor>& curves, const std::vector<Index>& kinds) {
    Looks looks;
    for (std::size_t row = 0; row < curves.size(); ++row) looks.add(static_cast<Index>(row), kinds[row], curves[row]);
    looks.check(evaluator);
}

}  // namespace gradpath::attribution::geometry
