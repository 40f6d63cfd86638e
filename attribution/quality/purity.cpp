// The orientation of a ranking is a matter of the baseline, not of how classes are numbered: the paper takes the upper
// half, its code the lower one, and both name the classes by number. Counting those that differ from the baseline's
// class needs neither.
#include <gradpath/attribution/quality/purity.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::quality {
namespace {

/// Rows by their sizes, equal ones in order.
std::vector<std::size_t> from_the_largest(std::span<const double> sizes, std::span<const Index> predicted) {
    require(sizes.size() == predicted.size(), "purity: every size needs a class: got ", sizes.size(), " and ",
            predicted.size());
    require(sizes.size() >= 2, "purity: needs at least two rows but got ", sizes.size());
    std::vector<std::size_t> order(sizes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b]; });
    return order;
}

}  // namespace

std::vector<double> sizes_of(const Tensor& values) {
    const NoRecording plain;
    const Tensor sums = sum(abs(flatten(values.to(DType::float64))), {.axes = {1}});
    return {sums.data<double>().begin(), sums.data<double>().end()};
}

std::vector<double> purity_by_row(std::span<const double> sizes, std::span<const Index> predicted, Index of_baseline) {
    const std::vector<std::size_t> order = from_the_largest(sizes, predicted);
    std::vector<double> rows(sizes.size());
    for (std::size_t k = 0; k < order.size(); ++k)
        rows[order[k]] = (k < sizes.size() / 2) == (predicted[order[k]] != of_baseline) ? 1 : 0;
    return rows;
}

Purity purity(std::span<const double> sizes, std::span<const Index> predicted, Index of_baseline) {
    const std::vector<std::size_t> order = from_the_largest(sizes, predicted);
    const std::size_t half = sizes.size() / 2;
    Purity found;
    for (std::size_t k = 0; k < half; ++k) {
        found.value += predicted[order[k]] != of_baseline;
        found.upper_class += static_cast<double>(predicted[order[k]]);
        found.lower_class += static_cast<double>(predicted[order[sizes.size() - 1 - k]]);
    }
    for (double* share : {&found.value, &found.upper_class, &found.lower_class}) *share /= static_cast<double>(half);
    return found;
}

double spread(std::span<const double> sizes, std::span<const Index> classes, Index of_class) {
    require(sizes.size() == classes.size(), "spread: every size needs a class: got ", sizes.size(), " and ",
            classes.size());
    std::vector<double> some;
    for (std::size_t k = 0; k < sizes.size(); ++k)
        if (classes[k] == of_class) some.push_back(sizes[k]);
    if (some.size() < 2) return std::numeric_limits<double>::quiet_NaN();
    const auto count = static_cast<double>(some.size());
    const double middle = std::accumulate(some.begin(), some.end(), 0.0) / count;
    double squares = 0;
    for (const double size : some) squares += (size - middle) * (size - middle);
    return std::sqrt(squares / (count - 1));
}

double area_under(std::span<const double> x, std::span<const double> y) {
    require(x.size() == y.size(), "area_under: every x needs a y: got ", x.size(), " and ", y.size());
    require(std::ranges::is_sorted(x), "area_under: x must ascend");
    double area = 0;
    for (std::size_t k = 1; k < x.size(); ++k) area += (x[k] - x[k - 1]) * (y[k] + y[k - 1]) / 2;
    return area;
}

}  // namespace gradpath::attribution::quality
