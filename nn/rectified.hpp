#pragma once
// relu beside a layer that can take it in: one op where nobody looks between the two, else both under their names.
#include <gradpath/nn/linear.hpp>
#include <gradpath/nn/pool2d.hpp>

#include <string_view>

namespace gradpath::nn {

/// named(relu_name, relu, named(name, layer, x)): the same bits.
Tensor rectified(std::string_view name, const Linear& layer, std::string_view relu_name, const Tensor& x);
/// named(name, pool, named(relu_name, relu, x)): the same numbers.
Tensor pooled_relu(std::string_view relu_name, std::string_view name, const MaxPool2d& pool, const Tensor& x);

}  // namespace gradpath::nn
