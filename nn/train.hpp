#pragma once
// fit: the training loop. Its whole state is a value, so a run that stops anywhere goes on bit for bit.
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include <gradpath/autodiff/minimize/adam.hpp>
#include <gradpath/autodiff/minimize/rms_prop.hpp>
#include <gradpath/autodiff/minimize/sgd.hpp>
#include <gradpath/nn/data.hpp>
#include <gradpath/nn/evaluate.hpp>
#include <gradpath/nn/layer.hpp>

namespace gradpath::nn {

using minimize::Adam;
using minimize::AdamW;
using minimize::RmsProp;
using minimize::Sgd;
using Optimizer = std::variant<Sgd, Adam, RmsProp>;
/// In the order of Optimizer.
using OptimizerState = std::variant<minimize::SgdState, minimize::AdamState, minimize::RmsPropState>;

/// What one pass over the examples came to. NaN where there are no labels, or no validation examples.
struct EpochResult {
    double loss, accuracy;  ///< means over the rows as they were trained on
    double validation_loss, validation_accuracy;
    bool operator==(const EpochResult&) const = default;
};

/// Where training stands between two steps. All random draws are functions of (seed, steps), so these two numbers are
/// the random state. Copies are cheap: they share the tensors.
struct TrainState {
    Index epoch = 0, batch = 0;  ///< of the next step; epochs are done up to here
    std::uint64_t seed = 0;
    Index steps = 0;
    Index rows = 0, batch_rows = 0;       ///< of the examples and of a full batch
    std::vector<Tensor> parameters = {};  ///< in the order of the visit; empty: not begun
    OptimizerState optimizer = {};
    double loss_sum = 0;  ///< over the rows of this epoch so far
    Index rows_done = 0, correct = 0;
    std::vector<EpochResult> history = {};  ///< of the epochs that are done
};

/// How far training is, told after each step.
struct Progress {
    Index epoch, epochs;    ///< the epoch of this step, counted from 0
    Index batch, batches;   ///< steps done in it; equal after its last step, whose result then ends state.history
    Index rows;             ///< done in it
    double loss, accuracy;  ///< means over those rows; accuracy is NaN without labels
    const TrainState& state;
};
enum class Next { go_on, stop };

struct Fit {
    Index epochs = 5;
    Index batch = 64;
    Optimizer optimizer = Adam{};
    std::uint64_t seed = 0;  ///< of the shuffles and of dropout
    Loss loss = {};
    bool shuffle = true;
    bool prefetch = true;
    Examples validation = {};  ///< evaluated after each epoch
    /// Called after each step, with the model at its new parameters. To keep a checkpoint, keep or save `state`.
    std::function<Next(const Progress&)> on_progress = {};
    const std::atomic<bool>* cancel = nullptr;  ///< throws Cancelled between two steps when set
};

/// A model as training sees it: what it computes, and where its parameters are.
struct Trainee {
    Function run;
    std::vector<std::string> names;
    std::vector<Tensor*> parameters;
};
/// Refers to the model, which must outlive it and keep its structure.
template <class M>
Trainee trainee(M& model) {
    Trainee t{.run = [&model](const Tensor& x) { return model(x); }, .names = {}, .parameters = {}};
    each_parameter(model, ParameterVisitor([&](const std::string& name, Tensor& value) {
                       t.names.push_back(name);
                       t.parameters.push_back(&value);
                   }));
    return t;
}
TrainState fit_trainee(const Trainee& model, const Examples& examples, const Fit& options, TrainState from);

/// Trains the model's parameters in place until `epochs` epochs are done or on_progress says stop, and returns the
/// state then; `from` is a state to go on from, whose parameters replace the model's. Whatever is thrown, the model
/// keeps the parameters of the last whole step. Throws ValueError for options out of range or a state of another run
/// (seed, rows, batch, optimiser), ShapeError if its tensors do not fit, NumericError if the loss is not finite,
/// Cancelled.
template <class M>
TrainState fit(M& model, const Examples& examples, const Fit& options = {}, TrainState from = {}) {
    return fit_trainee(trainee(model), examples, options, std::move(from));
}

}  // namespace gradpath::nn
