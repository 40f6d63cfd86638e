#include <gradpath/attribution/geometry/cloud.hpp>

#include <algorithm>

namespace gradpath::attribution::geometry {

double squared_distance(std::span<const double> a, std::span<const double> b) {
    double sum = 0;
    for (std::size_t m = 0; m < a.size(); ++m) sum += (a[m] - b[m]) * (a[m] - b[m]);
    return sum;
}

Cloud::Cloud(const Tensor& points)
    : wide_(points.to(DType::float64)),
      count_(points.rows()),
      width_(static_cast<std::size_t>(points.size() / points.rows())),
      all_(wide_.data<double>()) {}

std::optional<Index> Cloud::find(std::span<const double> place) const {
    for (Index j = 0; j < count_; ++j)
        if (std::ranges::equal(row(j), place)) return j;
    return {};
}

std::vector<Cloud::Near> Cloud::nearest(std::span<const double> place, Index k, std::optional<Index> except) const {
    std::vector<Near> all;
    all.reserve(static_cast<std::size_t>(count_));
    for (Index j = 0; j < count_; ++j)
        if (j != except) all.push_back({geometry::squared_distance(row(j), place), j});
    const auto count = std::min(static_cast<std::size_t>(k), all.size());
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(count);
    std::ranges::nth_element(all, end, std::less<>{});
    all.erase(end, all.end());
    std::ranges::sort(all, std::less<>{});
    return all;
}

}  // namespace gradpath::attribution::geometry
