#include <gradpath/attribution/quality/completeness.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/quality/purity.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::quality {

std::vector<Completeness> completeness(const Tensor& values, std::span<const double> f_input,
                                       std::span<const double> f_baseline) {
    const auto rows = static_cast<std::size_t>(values.rows());
    require<ShapeError>(f_input.size() == rows && f_baseline.size() == rows, "completeness: ", rows,
                        " rows of values have ", f_input.size(), " numbers at the input and ", f_baseline.size(),
                        " at the baseline");
    constexpr double least = 1e-12;
    const std::vector<double> sizes = sizes_of(values);
    const Tensor totals = sum(flatten(detached(values).to(DType::float64)), {.axes = {1}});
    std::vector<Completeness> list;
    for (std::size_t r = 0; r < rows; ++r) {
        const double change = f_input[r] - f_baseline[r], gap = std::abs(totals.at(static_cast<Index>(r)) - change);
        list.push_back({.gap = gap,
                        .relative_gap = gap / std::max({std::abs(change), sizes[r], least}),
                        .cancelled = sizes[r] - std::abs(change),
                        .cancellation = sizes[r] / std::max(std::abs(change), least)});
    }
    return list;
}

}  // namespace gradpath::attribution::quality
