// Both averages are one rule, a ← a + s_t (w - a): the mean has s_t = 1/t, the moving average (1 - d) / (1 - dᵗ).
#include <gradpath/nn/average.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

void check(const Averaging& averaging) {
    if (const auto* moving = std::get_if<MovingAverage>(&averaging))
        require(moving->decay >= 0 && moving->decay < 1, "average: decay must lie in [0, 1): it is ", moving->decay);
    if (const auto* tail = std::get_if<TailAverage>(&averaging))
        require(tail->epochs >= 1, "average: epochs must be at least 1: they are ", tail->epochs);
}

Index averaged_steps(const Averaging& averaging, Index steps, Index steps_per_epoch, Index epochs) {
    if (std::holds_alternative<MovingAverage>(averaging)) return steps;
    const auto* tail = std::get_if<TailAverage>(&averaging);
    if (tail == nullptr) return 0;
    const Index before = std::max(Index{0}, epochs - tail->epochs);
    const double first = static_cast<double>(steps_per_epoch) * static_cast<double>(before);  // may be beyond an Index
    return first < static_cast<double>(steps) ? steps - static_cast<Index>(first) : 0;
}

void take_in(std::vector<Tensor>& average, const std::vector<Tensor>& weights, const Averaging& averaging,
             Index count) {
    if (count == 0) return;
    if (count == 1) {
        average = weights;
        return;
    }
    const NoRecording plain;
    const auto t = static_cast<double>(count);
    const auto* moving = std::get_if<MovingAverage>(&averaging);
    const double share = moving ? (1 - moving->decay) / (1 - std::pow(moving->decay, t)) : 1 / t;
    for (std::size_t i = 0; i < weights.size(); ++i) average[i] = average[i] + (weights[i] - average[i]) * share;
}

}  // namespace gradpath::nn
