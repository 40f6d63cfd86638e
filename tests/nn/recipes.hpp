#pragma once
// A recipe with everything switched on, images to train it on, and states compared bit for bit.
#include <algorithm>

#include <gradpath/nn/loss.hpp>

#include "moons.hpp"
#include "support/close.hpp"

namespace gradpath::nn_tests {

/// Images of 8 x 8 with a bright bar that stands (1) or lies (0) somewhere.
inline nn::Examples bars(Index rows, std::uint64_t seed) {
    std::vector<float> pixels(static_cast<std::size_t>(rows * 64));
    std::vector<Index> labels;
    for (Index row = 0; row < rows; ++row) {
        const auto place = static_cast<Index>(6 * random::uniform_at(seed, 0, static_cast<std::uint64_t>(row))) + 1;
        labels.push_back(row % 2);
        for (Index i = 1; i < 7; ++i)
            pixels[static_cast<std::size_t>(row * 64 + (row % 2 == 1 ? 8 * i + place : 8 * place + i))] = 1;
    }
    return {Tensor({rows, 1, 8, 8}, pixels), {Shape{rows}, labels}};
}

inline nn::Sequential image_net(std::uint64_t seed) {
    return nn::Sequential{nn::Conv2d(1, 4, {.kernel = 3, .padding = 1, .init = {.seed = seed}}),
                          nn::relu,
                          nn::MaxPool2d(2),
                          nn::Flatten(),
                          nn::Dropout(0.2),
                          nn::Linear(64, 2, {.init = {.seed = seed, .stream = 1}})};
}

/// Everything switched on.
inline nn::Fit recipe(const nn::Averaging& average, decltype(nn::Schedule::shape) shape) {
    return {.epochs = 4,
            .batch = 16,
            .optimizer = nn::Adam{.rate = 1e-2, .weight_decay = 1e-3},
            .seed = 21,
            .loss =
                [](const Tensor& y, const nn::Examples& batch) {
                    return nn::mean_cross_entropy(y, batch.labels, {.smoothing = 0.05, .class_weights = {1, 2}});
                },
            .validation = bars(20, 8),
            .schedule = {.shape = std::move(shape), .warmup = 3},
            .clip = {.value = 0.5, .norm = 1},
            .average = average,
            .augment = {.flip = true, .rotate = 10, .shift = 1, .noise = 0.05},
            .patience = 2};
}

inline nn::Fit until(nn::Fit fit, Index step) {
    fit.on_progress = [step](const nn::Progress& p) {
        return p.state.steps == step ? nn::Next::stop : nn::Next::go_on;
    };
    return fit;
}

inline bool same_history(const nn::TrainState& a, const nn::TrainState& b) {
    using tests::same;  // what was not measured is NaN
    return std::ranges::equal(a.history, b.history, [](const nn::EpochResult& x, const nn::EpochResult& y) {
        return x.loss == y.loss && x.accuracy == y.accuracy && same(x.validation_loss, y.validation_loss) &&
               same(x.validation_accuracy, y.validation_accuracy);
    });
}

inline bool same_state(const nn::TrainState& a, const nn::TrainState& b) {
    return nn_tests::same_bits(a.parameters, b.parameters) && nn_tests::same_bits(a.average, b.average) &&
           nn_tests::same_bits(a.best, b.best) && nn_tests::same_bits(a.buffers, b.buffers) &&
           nn_tests::same_bits(a.best_buffers, b.best_buffers) && same_history(a, b) && a.steps == b.steps && a.epoch == b.epoch;
}

}  // namespace gradpath::nn_tests
