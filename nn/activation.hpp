#pragma once
// Functions are layers. Named here so that nn::tanh is one function, where a bare `tanh` also finds the C library's.
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

using gradpath::gelu;
using gradpath::log_softmax;
using gradpath::relu;
using gradpath::sigmoid;
using gradpath::softmax;
using gradpath::softplus;
using gradpath::tanh;

}  // namespace gradpath::nn
