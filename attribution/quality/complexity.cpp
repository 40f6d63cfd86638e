#include <gradpath/attribution/quality/complexity.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/coalition/patterns.hpp>
#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::quality {
namespace {

struct Sizes {
    std::vector<double> each;
    double total = 0;
};

/// The shares are those of all alike where every size is 0.
Sizes sizes_of_list(const char* name, List values) {
    require(!values.empty(), name, ": there are no numbers");
    Sizes sizes;
    for (const double value : values) {
        sizes.each.push_back(std::abs(value));
        sizes.total += sizes.each.back();
    }
    if (sizes.total == 0) {
        std::ranges::fill(sizes.each, 1.0);
        sizes.total = static_cast<double>(values.size());
    }
    return sizes;
}

}  // namespace

double entropy(List values) {
    const Sizes sizes = sizes_of_list("entropy", values);
    double nats = 0;
    for (const double size : sizes.each)
        if (size != 0) nats -= size / sizes.total * std::log(size / sizes.total);
    return nats;
}

double gini(List values) {
    Sizes sizes = sizes_of_list("gini", values);
    if (std::isnan(sizes.total)) return sizes.total;
    std::ranges::sort(sizes.each);
    const auto count = static_cast<double>(sizes.each.size());
    double below = 0;  // Σ share of the k-th smallest · (n - k + 1/2) / n
    for (std::size_t k = 0; k < sizes.each.size(); ++k)
        below += sizes.each[k] / sizes.total * (count - static_cast<double>(k) - 0.5) / count;
    return std::max(0.0, 1 - 2 * below);  // it is never below, but for rounding
}

double sparsity(List values) {
    const Sizes sizes = sizes_of_list("sparsity", values);
    if (std::isnan(sizes.total)) return sizes.total;
    const double bound = usual_salient * std::ranges::max(sizes.each);
    const auto small = std::ranges::count_if(sizes.each, [&](double size) { return size <= bound; });
    return static_cast<double>(small) / static_cast<double>(sizes.each.size());
}

}  // namespace gradpath::attribution::quality
