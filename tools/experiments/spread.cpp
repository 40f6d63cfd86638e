#include <gradpath/tools/experiments/spread.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace gradpath::tools {

double quantile(std::vector<double> list, double share) {
    std::ranges::sort(list);
    const double place = share * static_cast<double>(list.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double above = list[std::min(below + 1, list.size() - 1)];
    return list[below] + (place - static_cast<double>(below)) * (above - list[below]);
}

double mean_of(const std::vector<double>& list) {
    return std::accumulate(list.begin(), list.end(), 0.0) / static_cast<double>(list.size());
}

double half_width_of_sum(const std::vector<double>& list) {
    if (list.size() < 2) return 0;
    const double mean = mean_of(list), n = static_cast<double>(list.size());
    double squares = 0;
    for (const double value : list) squares += (value - mean) * (value - mean);
    return 1.96 * std::sqrt(n * squares / (n - 1));
}

}  // namespace gradpath::tools
