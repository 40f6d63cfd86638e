#pragma once
// How far one attribution says the same as another: in direction, in order, in shares, in the worst number. All take
// lists of equally many numbers, throw ShapeError unless they are, and ValueError for none; a NaN makes them NaN.
#include <span>
#include <vector>

#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution::quality {

using List = std::span<const double>;

/// Ranks from 0, ties at their mean; NaN counts as the largest number.
std::vector<double> ranks(List values);
/// Σ ab / √(Σ a² Σ b²), in [-1, 1]; where one list is all 0, 1 if both are, else 0.
double cosine(List a, List b);
/// Pearson's correlation of the ranks (Spearman 1904), in [-1, 1]; where one list is constant, 1 if both are, else 0.
double spearman(List a, List b);
/// Kendall's tau-b: pairs in the same order less pairs in opposite order, divided by the geometric mean of the pairs
/// that a and that b tell apart (Kendall 1945); constants as spearman. Looks at every pair.
double kendall(List a, List b);
/// KL divergence Σ p log(p/q) of the shares q = |answer| / Σ|answer| from the shares p of the truth, in nats: 0 where
/// they are equal, infinite where the answer gives nothing to what has a share. A list that is all 0 has no shares: 0
/// if both have none, else infinite.
double share_divergence(List answer, List truth);
/// max |answer - truth|.
double largest_error(List answer, List truth);

/// All of them.
struct Agreement {
    double cosine = 0, spearman = 0, kendall = 0, divergence = 0, largest_error = 0;
};
Agreement agreement(List answer, List truth);
/// Spearman's correlation of the values of two answers to one question: the mean over rows and targets. Throws
/// ShapeError unless their values have one shape.
double rank_agreement(const Attribution& a, const Attribution& b);

}  // namespace gradpath::attribution::quality
