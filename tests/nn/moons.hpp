#pragma once
// Two half moons with noise, and small things that several tests of training use.
#include <cmath>
#include <numbers>
#include <vector>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/nn/nn.hpp>

namespace gradpath::nn_tests {

inline nn::Examples moons(Index rows, std::uint64_t seed, double noise = 0.1) {
    std::vector<double> points;
    std::vector<Index> labels;
    const Tensor jitter = random::normal({rows, 2}, {.seed = seed, .dtype = DType::float64});
    for (Index i = 0; i < rows; ++i) {
        const double angle = std::numbers::pi * random::uniform_at(seed, 1, static_cast<std::uint64_t>(i));
        const bool lower = i % 2 == 1;
        points.push_back((lower ? 1 - std::cos(angle) : std::cos(angle)) + noise * jitter.at(2 * i));
        points.push_back((lower ? 0.5 - std::sin(angle) : std::sin(angle)) + noise * jitter.at(2 * i + 1));
        labels.push_back(lower ? 1 : 0);
    }
    return {Tensor({rows, 2}, points).to(DType::float32), {Shape{rows}, labels}};
}

inline nn::Sequential small_net(std::uint64_t seed, double rate = 0) {
    return nn::Sequential{nn::Linear(2, 32, {.init = {.seed = seed}}), nn::relu, nn::Dropout(rate),
                          nn::Linear(32, 2, {.init = {.seed = seed, .stream = 1}})};
}

inline bool same_bits(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!gradpath::same_bits(a[i], b[i])) return false;
    return true;
}

inline std::vector<Tensor> values(const auto& model) {
    std::vector<Tensor> list;
    for (const nn::Parameter& p : nn::parameters(model)) list.push_back(p.value);
    return list;
}

}  // namespace gradpath::nn_tests
