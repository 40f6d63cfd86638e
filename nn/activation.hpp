#pragma once
// Functions are layers. Named here so that nn::tanh is one function, where a bare `tanh` also finds the C library's.
// Those with a parameter are small structs that hold it.
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

using gradpath::gelu;
using gradpath::gelu_tanh;
using gradpath::log_softmax;
using gradpath::relu;
using gradpath::selu;
using gradpath::sigmoid;
using gradpath::silu;
using gradpath::softmax;
using gradpath::softplus;
using gradpath::tanh;

/// x where positive, else slope · x. Prelu (prelu.hpp) learns the slope.
struct LeakyRelu {
    double slope = 0.01;
    Tensor operator()(const Tensor& x) const { return leaky_relu(x, slope); }
};

/// x where positive, else alpha (eˣ - 1).
struct Elu {
    double alpha = 1;
    Tensor operator()(const Tensor& x) const { return elu(x, alpha); }
};

/// x kept within its bounds. Throws ValueError, when called, unless low ≤ high.
struct Hardtanh {
    double low = -1, high = 1;
    Tensor operator()(const Tensor& x) const { return hardtanh(x, low, high); }
};

}  // namespace gradpath::nn
