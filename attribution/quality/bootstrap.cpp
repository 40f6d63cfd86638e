#include <gradpath/attribution/quality/bootstrap.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution::quality {
namespace {

void check(std::size_t a, std::size_t b, const Bootstrap& o) {
    require<ShapeError>(a == b, "paired_bootstrap: the lists have ", a, " and ", b, " numbers");
    require(o.resamples >= 1, "paired_bootstrap: needs at least 1 resample but has ", o.resamples);
    require(o.level > 0 && o.level < 1, "paired_bootstrap: level must lie between 0 and 1 but is ", o.level);
}

/// Linear between ranks, of numbers in order.
double quantile(const std::vector<double>& sorted, double share) {
    const double at = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double mean_of(std::span<const double> list) {
    return std::accumulate(list.begin(), list.end(), 0.0) / static_cast<double>(list.size());
}

/// Means of resampled differences, in ascending order.
std::vector<double> resampled_means(const std::vector<double>& differences, const Bootstrap& o) {
    const auto rows = static_cast<Index>(differences.size());
    std::vector<double> means;
    for (Index k = 0; k < o.resamples; ++k) {
        const Indices drawn = random::integers({rows}, rows, o.seed, static_cast<std::uint64_t>(k));
        double total = 0;
        for (Index r = 0; r < rows; ++r) total += differences[static_cast<std::size_t>(drawn[r])];
        means.push_back(total / static_cast<double>(rows));
    }
    std::ranges::sort(means);
    return means;
}

}  // namespace

double least_p(std::size_t rows) { return std::min(1.0, std::ldexp(2.0, -static_cast<int>(rows))); }

PairedDifference paired_bootstrap(std::span<const double> a, std::span<const double> b, const Bootstrap& o) {
    check(a.size(), b.size(), o);
    std::vector<double> differences;
    for (std::size_t r = 0; r < a.size(); ++r)
        if (!std::isnan(a[r]) && !std::isnan(b[r])) differences.push_back(a[r] - b[r]);
    require(!differences.empty(), "paired_bootstrap: there is no row with two numbers");
    const std::vector<double> means = resampled_means(differences, o);
    const auto not_above = std::ranges::count_if(means, [](double m) { return m <= 0; });
    const auto not_below = std::ranges::count_if(means, [](double m) { return m >= 0; });
    const double rarer = static_cast<double>(std::min(not_above, not_below) + 1);
    return {.mean = mean_of(differences),
            .low = quantile(means, (1 - o.level) / 2),
            .high = quantile(means, (1 + o.level) / 2),
            .p = std::clamp(2 * rarer / static_cast<double>(o.resamples + 1), least_p(differences.size()), 1.0)};
}

std::vector<double> holm(std::span<const double> p) {
    std::vector<std::size_t> order(p.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t k) { return p[k]; });
    std::vector<double> raised(p.size());
    double least = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
        least = std::max(least, std::min(1.0, static_cast<double>(p.size() - k) * p[order[k]]));
        raised[order[k]] = least;
    }
    return raised;
}

}  // namespace gradpath::attribution::quality
