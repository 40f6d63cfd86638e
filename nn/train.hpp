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
#include <gradpath/nn/average.hpp>
#include <gradpath/nn/clip.hpp>
#include <gradpath/nn/data.hpp>
#include <gradpath/nn/evaluate.hpp>
#include <gradpath/nn/layer.hpp>
#include <gradpath/nn/schedule.hpp>

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
    double validation_loss, validation_accuracy;  ///< a loss that came out as NaN counts as infinite: it is no best one
    bool operator==(const EpochResult&) const = default;
};

/// Where training stands between two steps. All random draws are functions of (seed, steps), so these two numbers are
/// the random state; rates are functions of steps and history. Copies are cheap: they share the tensors.
struct TrainState {
    Index epoch = 0, batch = 0;  ///< of the next step; epochs are done up to here
    std::uint64_t seed = 0;
    Index steps = 0;
    Index rows = 0, batch_rows = 0;       ///< of the examples and of a full batch
    Index planned_epochs = 0;             ///< of the run, where its rates or its average depend on them; else 0
    std::vector<Tensor> parameters = {};  ///< in the order of the visit; empty: not begun
    std::vector<Tensor> buffers = {};     ///< the same for what is kept but not trained
    OptimizerState optimizer = {};
    double loss_sum = 0;  ///< over the rows of this epoch so far
    Index rows_done = 0, correct = 0;
    std::vector<EpochResult> history = {};  ///< of the epochs that are done
    std::vector<Tensor> average = {};       ///< of the parameters, where asked for and begun
    std::vector<Tensor> best = {};          ///< the weights of the epoch of the lowest loss, where patience is set
    std::vector<Tensor> best_buffers = {};  ///< its buffers
};
/// The rows of a batch and the planned epochs of a state are at most this: files of states are read up to it.
inline constexpr Index most_counted = Index{1} << 48;
/// The weights that a run has come to: the best epoch's where patience is set and an epoch is done, else the average
/// where there is one, else the parameters.
const std::vector<Tensor>& weights_of(const TrainState& state);

/// How far training is, told after each step.
struct Progress {
    Index epoch, epochs;    ///< the epoch of this step, counted from 0
    Index batch, batches;   ///< steps done in it; equal after its last step, whose result then ends state.history
    Index rows;             ///< done in it
    double loss, accuracy;  ///< means over those rows; accuracy is NaN without labels
    double rate;            ///< of this step
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
    Examples validation = {};  ///< evaluated after each epoch, with the average of the weights where there is one
    Schedule schedule = {};    ///< of the optimizer's rate
    Clip clip = {};            ///< of the gradients
    Averaging average = NoAverage{};
    Augment augment = {};  ///< of the examples trained on
    /// Training ends after so many epochs in a row without a lower validation loss (of training, where there are no
    /// validation examples); 0: never.
    Index patience = 0;
    /// Called after each step, with the model at its new parameters. To keep a checkpoint, keep or save `state`.
    std::function<Next(const Progress&)> on_progress = {};
    const std::atomic<bool>* cancel = nullptr;  ///< throws Cancelled between two steps when set
};

/// A model as training sees it: what it computes, and where its parameters and buffers are.
struct Trainee {
    Function run;
    std::vector<std::string> names;
    std::vector<Tensor*> parameters;
    std::vector<std::string> buffer_names = {};
    std::vector<Tensor*> buffers = {};
};
/// Refers to the model, which must outlive it and keep its structure.
template <class M>
Trainee trainee(M& model) {
    Trainee t{.run = [&model](const Tensor& x) { return model(x); }, .names = {}, .parameters = {}};
    each_tensor(model, TensorVisitor([&](const std::string& name, Tensor& value, Role role) {
                    (role == Role::parameter ? t.names : t.buffer_names).push_back(name);
                    (role == Role::parameter ? t.parameters : t.buffers).push_back(&value);
                }));
    return t;
}
TrainState fit_trainee(const Trainee& model, const Examples& examples, const Fit& options, TrainState from);

/// The loss of each epoch that schedules and patience go by: of the validation examples where there are any, else of
/// training.
std::vector<double> judged_losses(const std::vector<EpochResult>& history);
/// Is there nothing left to do: are all epochs done, or was patience lost?
bool is_over(const TrainState& state, const Fit& options);

/// Trains the model's parameters in place until `epochs` epochs are done, patience is lost or on_progress says stop,
/// and returns the state then, leaving weights_of() it in the model, with the buffers that go with them; `from` is a
/// state to go on from, whose parameters replace the model's. Whatever is thrown, the model keeps the parameters and
/// buffers of the last whole step. Throws ValueError for options out of range or a state of another run (seed, rows,
/// batch, optimiser, averaging, patience, and epochs where rates or the average depend on them), ShapeError if its
/// tensors do not fit, NumericError if a parameter is not finite before the first step, or the loss or the norm of a
/// gradient to be clipped later, Cancelled.
template <class M>
TrainState fit(M& model, const Examples& examples, const Fit& options = {}, TrainState from = {}) {
    return fit_trainee(trainee(model), examples, options, std::move(from));
}

ListFunction trainee_loss(Trainee model, Examples examples, Loss loss);
/// The loss of all examples at once as a function of the model's parameters, in the order of its visit: for minimisers
/// that look at one function from many sides, such as L-BFGS, and for derivatives of the loss of any order. Each call
/// leaves the model as it was. Refers to the model, which must outlive it and keep its structure. Calling it throws
/// ValueError unless there is one tensor per parameter.
template <class M>
ListFunction loss_of_parameters(M& model, Examples examples, Loss loss = {}) {
    return trainee_loss(trainee(model), std::move(examples), std::move(loss));
}
/// Gives the model these parameters, in the order of its visit. Throws ValueError unless there are as many, ShapeError
/// where one does not fit; nothing is changed then.
void assign_trainee(const Trainee& model, const std::vector<Tensor>& values);
template <class M>
void assign_parameters(M& model, const std::vector<Tensor>& values) {
    assign_trainee(trainee(model), values);
}

}  // namespace gradpath::nn
