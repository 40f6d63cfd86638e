// In training y = γ (x - μ) / √(σ² + ε) + β with μ, σ² of the batch (2015, algorithm 1). Evaluating, the running values
// make it one product and one sum per number: y = x s + (β - μ s), s = γ / √(σ² + ε) (algorithm 2).
#include <gradpath/nn/batch_norm.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/nn/channels.hpp>
#include <gradpath/nn/training.hpp>

namespace gradpath::nn {

namespace {

/// Moves a running value towards the batch's, from where an earlier call in this step left it.
void move(Training& training, const Buffer& running, const Tensor& batch, double momentum) {
    const NoRecording plain;
    const Tensor& before = training.latest(running.value);
    training.update(running, before * (1 - momentum) + batch * momentum);
}

}  // namespace

template <int Axes>
BatchNorm<Axes>::BatchNorm(Index channels, const BatchNormOptions& options)
    : momentum(options.momentum), epsilon(options.epsilon) {
    require<ShapeError>(channels >= 1, "batch_norm: channels must be at least 1: they are ", channels);
    require(momentum >= 0 && momentum <= 1, "batch_norm: momentum must lie in [0, 1]: it is ", momentum);
    require(epsilon >= 0, "batch_norm: epsilon must be at least 0: it is ", epsilon);
    if (options.affine) weight = ones({channels}, options.dtype), bias = zeros({channels}, options.dtype);
    running_mean.value = zeros({channels}, options.dtype);
    running_variance.value = ones({channels}, options.dtype);
}

template <int Axes>
Tensor BatchNorm<Axes>::operator()(const Tensor& x) const {
    const Index channels = running_mean.value.size();
    require<ShapeError>((x.rank() == Axes + 2 || (Axes == 1 && x.rank() == 2)) && x.shape()[1] == channels,
                        "batch_norm: x must be [rows, ", channels, Axes == 1 ? "] or [rows, " : ", height, width]",
                        Axes == 1 ? text(channels, ", length]") : "", ": its shape is ", x.shape());
    Training* const training = Training::current();
    if (training == nullptr) {
        const Tensor deviation = sqrt(running_variance.value + epsilon);
        const Tensor scale = weight ? weight / deviation : 1.0 / deviation;
        const Tensor moved = running_mean.value * scale;
        return x * over_channels(scale, x) + over_channels(bias ? bias - moved : -moved, x);
    }
    const Index count = x.size() / channels;
    require<ShapeError>(count > 1, "batch_norm: training needs more than one number per channel: the shape is ",
                        x.shape(), "; choose a batch size that leaves no single row");
    const auto [y, mean, variance] = standardize(x, {.epsilon = epsilon});
    move(*training, running_mean, mean, momentum);
    move(*training, running_variance,
         detached(variance) * (static_cast<double>(count) / static_cast<double>(count - 1)), momentum);
    return weight ? y * over_channels(weight, x) + over_channels(bias, x) : y;
}

template struct BatchNorm<1>;
template struct BatchNorm<2>;

}  // namespace gradpath::nn
