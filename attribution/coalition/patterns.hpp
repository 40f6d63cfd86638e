#pragma once
// Causal patterns: coalitions whose dividend tells, and how many there are of each order (Ren et al. 2023).
#include <vector>

#include <gradpath/attribution/coalition/coalition.hpp>
#include <gradpath/attribution/coalition/table.hpp>

namespace gradpath::attribution {

inline constexpr double usual_salient = 0.05;  ///< of the largest dividend (Ren et al. 2023)

/// The smallest |w(S)|, S not empty, that is salient is above this: the part of the largest one.
double salient_bound(Table dividends, double part = usual_salient);

struct Pattern {
    Coalition players;
    double strength;  ///< the dividend w(S)
};

/// What a game is made of.
struct Patterns {
    std::vector<Pattern> salient;   ///< |w(S)| above the bound, the strongest first
    std::vector<double> strengths;  ///< Σ |w(S)| over the S of m players, m = 1 .. n
    std::vector<double> shares;     ///< the same divided by their sum, R⁽ᵐ⁾; 0 where all dividends are 0
    /// Faithfulness: the largest |v(S) - Σ_{T ⊆ S} w(T)| over all S, divided by the largest |v(S)| (0 where that is 0).
    double gap;
};
/// The patterns of a game from its table v, by the fast Moebius transform. Throws ShapeError unless there are 2^n
/// numbers, ValueError for a part outside [0, 1).
Patterns patterns_of(Table v, double part = usual_salient);

}  // namespace gradpath::attribution
