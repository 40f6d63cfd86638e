#pragma once
// The checks at the door of every optimiser.
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::minimize {

/// Throws ValueError unless `others` ("gradients", "mean", ..) has one tensor per parameter, ShapeError or DTypeError
/// unless each is like its parameter.
void require_alike(const char* op, const char* others_name, const std::vector<Tensor>& parameters,
                   const std::vector<Tensor>& others);
/// One tensor of zeros per parameter.
std::vector<Tensor> zeros_alike(const std::vector<Tensor>& parameters);

}  // namespace gradpath::minimize
