#pragma once
// Points to compare: Euclidean distances in double, by looking at all of them.
#include <optional>
#include <span>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution::geometry {

double squared_distance(std::span<const double> a, std::span<const double> b);

class Cloud {
public:
    explicit Cloud(const Tensor& points);

    Index count() const { return count_; }
    std::span<const double> row(Index i) const { return all_.subspan(static_cast<std::size_t>(i) * width_, width_); }
    double squared_distance(Index i, Index j) const { return geometry::squared_distance(row(i), row(j)); }

    /// One of the points, and how far it is.
    struct Near {
        double squared;
        Index point;
        friend bool operator<(const Near& a, const Near& b) {
            return a.squared < b.squared || (a.squared == b.squared && a.point < b.point);
        }
    };
    /// The first that is equal to a place.
    std::optional<Index> find(std::span<const double> place) const;
    /// The k nearest to a place, or all where there are fewer, the nearest first; `except` is not one of them.
    std::vector<Near> nearest(std::span<const double> place, Index k, std::optional<Index> except = {}) const;

private:
    Tensor wide_;
    Index count_;
    std::size_t width_;
    std::span<const double> all_;  ///< of wide_
};

}  // namespace gradpath::attribution::geometry
