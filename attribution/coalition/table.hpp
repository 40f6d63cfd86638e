#pragma once
// Values of a game of few players from its table: v(S) at position S, the bits of the players, 2^n numbers.
#include <span>
#include <vector>

#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// v(S), or the dividend w(S), for every S. All functions throw ShapeError unless there are 2^n numbers.
using Table = std::span<const double>;
Index players_of(Table table);

/// In place, v → w: the Harsanyi dividends w(S) = Σ_{T ⊆ S} (-1)^{|S|-|T|} v(T), by the fast Moebius transform, n 2^n
/// subtractions (Harsanyi 1963; Grabisch et al. 2000).
void moebius(std::span<double> table);
/// The inverse, w → v: v(S) = Σ_{T ⊆ S} w(T).
void zeta(std::span<double> table);

/// φᵢ = Σ_{S ∌ i} |S|! (n-|S|-1)! / n! (v(S+i) - v(S)): one for each player (Shapley 1953).
std::vector<double> shapley_values(Table v);
/// βᵢ = the mean of v(S+i) - v(S) over all S without i (Banzhaf 1965; Wang & Jia 2023).
std::vector<double> banzhaf_values(Table v);
/// φᵢ⁽ᵐ⁾ = the mean of v(S+i) - v(S) over all S of m players without i; the Shapley value is their mean over m = 0 ..
/// n-1 (Ren et al. 2023, "Can We Faithfully Represent Absence States to Compute Shapley Values on a DNN?", section 2).
/// Throws ValueError for other orders.
std::vector<double> order_shapley_values(Table v, Index order);
/// The Owen value: players of a union come one after the other, unions and the players in each in random order; unions
/// name the union of each player, 0, 1, .. (Owen 1977). Throws ShapeError unless there is one for each player.
std::vector<double> owen_values(Table v, std::span<const Index> unions);

/// [n · n]: half the Shapley interaction index off the diagonal, and there what is left of the Shapley value, so that
/// rows sum to Shapley values (Grabisch & Roubens 1999; Lundberg et al. 2020, eq. 4).
std::vector<double> shapley_interactions(Table v);
/// [n · n]: the Shapley-Taylor index of order 2, v(i) - v(∅) on the diagonal and half of a pair's index on each side of
/// it; rows sum to Shapley values (Sundararajan et al. 2020, eq. 5).
std::vector<double> shapley_taylor(Table v);

/// The multilinear extension of the game as a model of float64 rows [rows, n]: E[v(S)] where player i takes part with
/// probability qᵢ (Owen 1972). Its Integrated Gradients from 0 to 1 are the Shapley values.
Model multilinear_extension(Table v);

}  // namespace gradpath::attribution
