#pragma once
// How relevance passes one layer.
#include <gradpath/attribution/rules/linear_block.hpp>
#include <gradpath/attribution/rules/lrp.hpp>

namespace gradpath::attribution {

/// What a block's input gets of the relevance of its output.
Tensor through_layer(const LinearBlock& block, const Tensor& relevance, const Lrp& options);
/// r / z, with ε sign(z) added to z (sign(0) = 1); 0 where there is nothing to divide by.
Tensor quotient_of(const Tensor& r, const Tensor& z, double epsilon = 0);

}  // namespace gradpath::attribution
