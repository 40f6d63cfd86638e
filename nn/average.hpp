#pragma once
// Averages of the weights over the steps of a run: they lie nearer to the middle of a valley than any single step.
#include <variant>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::nn {

struct NoAverage {};
/// The exponential moving average of all steps, without a bias to the first weights: after t steps each one counts
/// decayᵏ for its age k, divided by the sum of these, as in Adam (Kingma & Ba 2015, section 3).
struct MovingAverage {
    double decay = 0.999;
};
/// The mean over all steps of the last epochs of the run (Polyak & Juditsky 1992).
struct TailAverage {
    Index epochs = 1;
};
using Averaging = std::variant<NoAverage, MovingAverage, TailAverage>;
/// Throws ValueError for numbers out of range.
void check(const Averaging& averaging);

/// How many steps an average holds after `steps` steps of a run of `epochs` epochs.
Index averaged_steps(const Averaging& averaging, Index steps, Index steps_per_epoch, Index epochs);
/// Takes the weights after a step into the average, which holds `count` steps then, this one counted. For a count of 0
/// nothing happens; the first one copies.
void take_in(std::vector<Tensor>& average, const std::vector<Tensor>& weights, const Averaging& averaging, Index count);

}  // namespace gradpath::nn
