#pragma once
// Keeping a step from being torn away by one steep gradient.
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::nn {

struct Clip {
    double value = 0;  ///< each number is brought into [-value, value]; 0: left as it is
    double norm = 0;   ///< then all are scaled down so that their norm is at most this (Pascanu et al. 2013); 0: not
};
/// Throws ValueError for bounds that are negative or not finite.
void check(const Clip& clip);

/// √(Σ g²) over all numbers of all tensors, in double; 0 without any.
double global_norm(const std::vector<Tensor>& gradients);
/// The gradients within the bounds; without bounds the same tensors. Throws ValueError for bounds out of range,
/// NumericError where a norm is asked for and is not finite.
std::vector<Tensor> clipped(std::vector<Tensor> gradients, const Clip& clip);

}  // namespace gradpath::nn
