#pragma once
#include <gradpath/attribution/coalition/options.hpp>

namespace gradpath::attribution {

/// Options of banzhaf.
using Banzhaf = SampledGameOptions;

/// The Banzhaf value: what a player adds to a coalition drawn at random, each as likely (Banzhaf 1965; Wang & Jia
/// 2023). Not complete. Exact for up to 16 players where no samples are asked for, else by 2000 random coalitions, each
/// with its opposite. Throws as shapley.
Attribution banzhaf(const Model& model, const Tensor& x, const Banzhaf& options = {});

}  // namespace gradpath::attribution
