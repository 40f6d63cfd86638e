#pragma once
// How many features an explanation names: few are easier to read, which does not make them right. They depend on the
// sizes |a| alone and not on their unit; all 0 counts as all alike. They throw ValueError for no numbers; a NaN makes
// them NaN.
#include <gradpath/attribution/quality/agreement.hpp>

namespace gradpath::attribution::quality {

/// -Σ p log p of the shares p = |a| / Σ|a|, in nats: from 0 (one feature has all) to log n (all alike) (Bhatt et al.
/// 2020, equation 5).
double entropy(List values);
/// Gini's index of the sizes: from 0 (all alike) to 1 - 1/n (one feature has all) (Hurley & Rickard 2009; for
/// attributions, Chalasani et al. 2020).
double gini(List values);
/// The share of the numbers whose size is at most 0.05 of the largest: from 0 (all alike) to 1 - 1/n (one feature has
/// all). The bound is that of salient patterns (Ren et al. 2023; coalition/patterns.hpp).
double sparsity(List values);

}  // namespace gradpath::attribution::quality
