#pragma once
// For the exact rule: what an output stage does between two outputs of a model.
#include <vector>

#include <gradpath/attribution/core/objective.hpp>

namespace gradpath::attribution {

/// Mean slopes of the explained number in the raw outputs, while these go straight from one row to another.
struct StageMean {
    std::vector<Tensor> slopes;               ///< per target: [rows, outputs]
    std::vector<std::vector<double>> errors;  ///< per target and row: estimate of Σ |error in slope · step of output|
};
/// For outputs from, to [n, outputs], row k of which belongs to input row rows[k].
StageMean stage_mean(const Objective& objective, const Tensor& from, const Tensor& to, const std::vector<Index>& rows);

}  // namespace gradpath::attribution
