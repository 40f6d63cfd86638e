#pragma once
// Inputs brought to mean 0 and deviation 1, channel by channel. It is a layer rather than an augmentation: what a model
// is trained on, it must see when it is used.
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::nn {

/// (x - mean) / sd with one mean and one sd per channel (axis 1) of x [rows, channels, ..]; differentiable. Without any
/// numbers x itself. Throws ShapeError unless there is one of each per channel, ValueError unless each sd is above 0.
Tensor normalised(const Tensor& x, const std::vector<double>& mean, const std::vector<double>& sd);

/// The same as a layer, to stand first. Its numbers are known before training and are no parameters.
struct Normalise {
    std::vector<double> mean, sd;
    Tensor operator()(const Tensor& x) const { return normalised(x, mean, sd); }
};

}  // namespace gradpath::nn
