#pragma once
#include <gradpath/attribution/coalition/options.hpp>

namespace gradpath::attribution {

/// Options of shapley_interactions and shapley_taylor.
using Interactions = SampledGameOptions;

/// [rows, (targets,) features, features]: half the Shapley interaction index of two players (Grabisch & Roubens 1999)
/// on each side of the diagonal, and there what is left of their Shapley values, so rows sum to these (Lundberg et al.
/// 2020, eq. 4). Exact for up to 16 players where no samples are asked for, else by 200 random orders, each of which
/// takes players²/2 evaluations. Throws as shapley.
Attribution shapley_interactions(const Model& model, const Tensor& x, const Interactions& options = {});

/// The same for the Shapley-Taylor index of order 2: what a player does alone on the diagonal, and each pair's part of
/// the rest beside it (Sundararajan et al. 2020, eq. 5). Its rows, too, sum to the Shapley values where it is exact.
Attribution shapley_taylor(const Model& model, const Tensor& x, const Interactions& options = {});

}  // namespace gradpath::attribution
