#pragma once
// Is the difference between two methods more than the luck of the images? Both are measured on the same rows, so it is
// the differences row by row that are drawn again.
#include <cstdint>
#include <span>
#include <vector>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::attribution::quality {

struct Bootstrap {
    Index resamples = 2000;
    double level = 0.95;  ///< of the interval
    std::uint64_t seed = 0;
};
/// The mean of a - b, the ends of its interval, and how often chance alone gives one as far from 0.
struct PairedDifference {
    double mean = 0, low = 0, high = 0, p = 1;
    bool operator==(const PairedDifference&) const = default;
};
/// Percentile bootstrap of the mean difference: rows are drawn with replacement, `resamples` times (Efron & Tibshirani
/// 1993, chapter 13). p is two-sided: twice the share of resampled means on the rarer side of 0, one more counted on
/// each (Davison & Hinkley 1997, 4.11), at most 1, and at least 2 / 2^rows, below which signs alone can say nothing.
/// The same seed draws the same rows for every pair. Rows in which either is NaN are left out. Throws ShapeError unless
/// there are as many a as b, ValueError for none, resamples below 1 or a level outside (0, 1).
PairedDifference paired_bootstrap(std::span<const double> a, std::span<const double> b, const Bootstrap& options = {});
/// The least p that so many rows can have: that all differences are of one sign by chance.
double least_p(std::size_t rows);
/// p of several questions asked at once, each raised so that a false alarm anywhere stays as rare (Holm 1979); in the
/// order given.
std::vector<double> holm(std::span<const double> p);

}  // namespace gradpath::attribution::quality
