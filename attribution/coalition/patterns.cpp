#include <gradpath/attribution/coalition/patterns.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution {
namespace {

/// How far what the dividends add up to is from the game.
double gap_of(Table v, std::vector<double> dividends) {
    zeta(dividends);
    double gap = 0, largest = 0;
    for (std::size_t s = 0; s < v.size(); ++s) {
        gap = std::max(gap, std::abs(dividends[s] - v[s]));
        largest = std::max(largest, std::abs(v[s]));
    }
    return largest == 0 ? 0 : gap / largest;
}

}  // namespace

double salient_bound(Table dividends, double part) {
    double largest = 0;
    for (std::size_t s = 1; s < dividends.size(); ++s) largest = std::max(largest, std::abs(dividends[s]));
    return part * largest;
}

Patterns patterns_of(Table v, double part) {
    require(part >= 0 && part < 1, "patterns: the salient part must lie in [0, 1) but is ", part);
    const Index n = players_of(v);
    std::vector<double> w(v.begin(), v.end());
    moebius(w);
    const double bound = salient_bound(w, part);
    Patterns patterns{.salient = {},
                      .strengths = std::vector<double>(static_cast<std::size_t>(n), 0),
                      .shares = {},
                      .gap = gap_of(v, w)};
    for (std::size_t s = 1; s < w.size(); ++s) {
        patterns.strengths[static_cast<std::size_t>(std::popcount(s) - 1)] += std::abs(w[s]);
        if (std::abs(w[s]) > bound) patterns.salient.push_back({Coalition(n, s), w[s]});
    }
    std::ranges::stable_sort(patterns.salient, std::ranges::greater(),
                             [](const Pattern& p) { return std::abs(p.strength); });
    const double all = std::accumulate(patterns.strengths.begin(), patterns.strengths.end(), 0.0);
    for (const double strength : patterns.strengths) patterns.shares.push_back(all == 0 ? 0 : strength / all);
    return patterns;
}

}  // namespace gradpath::attribution
