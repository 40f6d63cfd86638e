#pragma once
#include <gradpath/attribution/coalition/options.hpp>

namespace gradpath::attribution {

/// Options of kernel_shap. Samples are coalitions, 2 players + 2048 where left out; antithetic: with its complement.
using KernelShap = SampledGameOptions;

/// KernelSHAP (Lundberg & Lee 2017, theorem 2): the additive game nearest to v by least squares with the Shapley
/// kernel (n-1) / (C(n,s) s (n-s)), which over all coalitions is the Shapley value. v(nobody) and v(everybody) are
/// exact constraints. The coalitions of one player and of all but one are always looked at, the others drawn by the
/// kernel with their complements (Covert & Lee 2021); where as many as asked for are all there are, all of them, and
/// the answer is exact. The standard error is the sandwich estimate over the drawn pairs. Throws as shapley_sampling.
Attribution kernel_shap(const Model& model, const Tensor& x, const KernelShap& options = {});

}  // namespace gradpath::attribution
