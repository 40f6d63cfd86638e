#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution::quality {

/// Options of sensitivity_max.
struct SensitivityMax {
    double radius = 0.02;  ///< of the perturbations, in the units of x
    Index samples = 10;    ///< perturbations
    std::uint64_t seed = 0;
    /// The user's own: x → e, shaped like x, for sample 0, 1, .. ; in place of uniform ones.
    std::function<Tensor(const Tensor& x, Index sample)> perturb = {};
};
/// Any method with its options: rows x → values, shaped like x. Its target must not change with x: name it.
using Explain = std::function<Tensor(const Tensor& x)>;
/// How far an explanation moves when the input hardly does (Yeh et al. 2019, definition 3): per row, the largest ‖A(x)
/// - A(x + e)‖ / ‖A(x)‖ over perturbations e, uniform in ±radius in each number; divided by 1 where A(x) is 0. Throws
/// ValueError unless radius is finite and not below 0 and samples are at least 1, ShapeError where values or
/// perturbations are not like x.
std::vector<double> sensitivity_max(const Explain& explain, const Tensor& x, const SensitivityMax& options = {});
/// How steep an explanation is: per row, the largest ‖A(x) - A(x + e)‖ / ‖e‖ over the same perturbations (Alvarez-Melis
/// & Jaakkola 2018, equation 5), in units of A by units of x; divided by 1 where e is 0. Throws as sensitivity_max.
std::vector<double> local_lipschitz(const Explain& explain, const Tensor& x, const SensitivityMax& options = {});

}  // namespace gradpath::attribution::quality
