#pragma once
// Batch normalisation (Ioffe & Szegedy 2015): each channel to mean 0 and variance 1, then scaled and shifted.
#include <gradpath/autodiff/tensor.hpp>
#include <gradpath/nn/layer.hpp>

namespace gradpath::nn {

struct BatchNormOptions {
    double momentum = 0.1;  ///< the share of the new batch in the running values
    double epsilon = 1e-5;  ///< added to the variance
    bool affine = true;     ///< learn a scale and a shift per channel
    DType dtype = DType::float32;
};

/// [rows, channels, ..] with `Axes` axes after the channels → the same shape; BatchNorm<1> also takes [rows, channels].
/// Inside a Training scope the batch gives mean and (biased) variance, and the scope is told the new running values
/// (of the unbiased variance); elsewhere the running values are used, so rows are independent. Not inside checkpoint(),
/// whose second run would count the batch twice. Weight ones, bias zeros, running mean 0, running variance 1 at first.
template <int Axes>
struct BatchNorm {
    Tensor weight, bias;  ///< [channels], or none
    Buffer running_mean, running_variance;
    double momentum, epsilon;

    /// Throws ShapeError for channels below 1, ValueError unless momentum lies in [0, 1] and epsilon is at least 0.
    explicit BatchNorm(Index channels, const BatchNormOptions& options = {});
    /// Throws ShapeError for another number of axes or channels, and in training for a batch of one number per channel.
    Tensor operator()(const Tensor& x) const;
    static void visit(auto& self, auto&& f) {
        f("weight", self.weight);
        f("bias", self.bias);
        f("running_mean", self.running_mean);
        f("running_variance", self.running_variance);
    }
};
using BatchNorm1d = BatchNorm<1>;
using BatchNorm2d = BatchNorm<2>;

}  // namespace gradpath::nn
