// One step: put tracked leaves into the model, run it on a batch, take the gradient of the loss with respect to those
// leaves, let go of the graph, and let the optimiser update the parameters, which it then owns alone and can change in
// place. The model's slots are empty during the update and hold the plain parameters between steps.
#include <gradpath/nn/train.hpp>

#include <array>
#include <cmath>
#include <limits>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/nn/dropout.hpp>

namespace gradpath::nn {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void check_options(const Trainee& model, const Examples& examples, const Fit& options) {
    require(!model.parameters.empty(), "fit: the model must have parameters: its visit names none");
    require(examples.rows() > 0, "fit: there must be at least one example");
    require(options.batch >= 1, "fit: a batch holds at least one example: it is ", options.batch);
    require(options.epochs >= 0, "fit: epochs must not be negative: they are ", options.epochs);
    check(examples);
    check(options.validation);
}

TrainState fresh_state(const Trainee& model, const Examples& examples, const Fit& options) {
    TrainState state{.seed = options.seed, .rows = examples.rows(), .batch_rows = options.batch};
    for (const Tensor* parameter : model.parameters) state.parameters.push_back(detached(*parameter));
    if (std::holds_alternative<Sgd>(options.optimizer)) state.optimizer = minimize::SgdState{};
    if (std::holds_alternative<Adam>(options.optimizer)) state.optimizer = minimize::AdamState{};
    if (std::holds_alternative<RmsProp>(options.optimizer)) state.optimizer = minimize::RmsPropState{};
    return state;
}

const char* name_of(std::size_t optimizer) { return std::array{"sgd", "adam", "rmsprop"}.at(optimizer); }

/// A state goes on only where it came from; anything else would end in other bits without a word.
void check_state(const Trainee& model, const Examples& examples, const Fit& options, const TrainState& state) {
    const auto same = [](const char* what, const auto& stored, const auto& asked) {
        require(stored == asked, "fit: the state to go on from belongs to another run: its ", what, " is ", stored,
                ", here it is ", asked, "; ask for the same or begin anew");
    };
    same("seed", state.seed, options.seed);
    same("number of examples", state.rows, examples.rows());
    same("batch size", state.batch_rows, options.batch);
    same("optimizer", std::string(name_of(state.optimizer.index())), std::string(name_of(options.optimizer.index())));
    same("number of parameters", state.parameters.size(), model.parameters.size());
    for (std::size_t i = 0; i < model.parameters.size(); ++i) {
        const Tensor &stored = state.parameters[i], &wanted = *model.parameters[i];
        require<ShapeError>(stored.shape() == wanted.shape() && stored.dtype() == wanted.dtype(),
                            "fit: the state to go on from must fit the model: parameter \"", model.names[i], "\" is ",
                            stored.dtype(), " ", stored.shape(), ", the model's is ", wanted.dtype(), " ",
                            wanted.shape());
    }
}

void assign(const Trainee& model, const std::vector<Tensor>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) *model.parameters[i] = values[i];
}

/// Leaves plain parameters in the model, whatever happens.
struct Restore {
    const Trainee& model;
    const std::vector<Tensor>& parameters;
    ~Restore() { assign(model, parameters); }
};

/// The gradient of a batch; the batch's loss goes into the running sums. The graph is its own affair: a caller under
/// NoRecording trains all the same.
std::vector<Tensor> slopes(const Trainee& model, const Examples& batch, const Fit& options, TrainState& state) {
    const Recording on;
    const Training active(state.seed, static_cast<std::uint64_t>(state.steps));
    std::vector<Tensor> leaves;
    leaves.reserve(state.parameters.size());
    for (const Tensor& parameter : state.parameters) leaves.push_back(tracked(parameter));
    assign(model, leaves);

    const Tensor output = model.run(batch.x);
    const Tensor loss = loss_of(options.loss, output, batch);
    std::vector<Tensor> gradients = grad(loss, leaves);
    const double value = loss.item();
    require<NumericError>(std::isfinite(value), "fit: the loss must stay finite: it is ", value, " at epoch ",
                          state.epoch, ", batch ", state.batch, "; lower the rate, or look for the cause with Anomaly");
    state.loss_sum += value * static_cast<double>(batch.rows());
    state.rows_done += batch.rows();
    if (batch.has_labels()) state.correct += count_correct(output, batch.labels);
    return gradients;
}

void update(const Fit& options, const std::vector<Tensor>& gradients, TrainState& state) {
    if (const auto* sgd = std::get_if<Sgd>(&options.optimizer))
        minimize::step(state.parameters, gradients, std::get<minimize::SgdState>(state.optimizer), *sgd);
    if (const auto* adam = std::get_if<Adam>(&options.optimizer))
        minimize::step(state.parameters, gradients, std::get<minimize::AdamState>(state.optimizer), *adam);
    if (const auto* rms = std::get_if<RmsProp>(&options.optimizer))
        minimize::step(state.parameters, gradients, std::get<minimize::RmsPropState>(state.optimizer), *rms);
    ++state.steps;
    ++state.batch;
}

void one_step(const Trainee& model, const Examples& batch, const Fit& options, TrainState& state) {
    const Restore restore{model, state.parameters};
    const std::vector<Tensor> gradients = slopes(model, batch, options, state);
    for (Tensor* slot : model.parameters) *slot = Tensor();
    update(options, gradients, state);
}

Progress progress(const TrainState& state, const Examples& examples, const Fit& options, Index batches) {
    const auto rows = static_cast<double>(state.rows_done);
    const double accuracy = examples.has_labels() ? static_cast<double>(state.correct) / rows : nan;
    return {state.epoch, options.epochs, state.batch, batches, state.rows_done, state.loss_sum / rows, accuracy, state};
}

void close_epoch(const Trainee& model, const Fit& options, const Progress& done, TrainState& state) {
    EpochResult result{done.loss, done.accuracy, nan, nan};
    if (options.validation.rows() > 0) {
        const Evaluation seen =
            evaluate(model.run, options.validation, {.loss = options.loss, .cancel = options.cancel});
        result.validation_loss = seen.loss;
        result.validation_accuracy = seen.accuracy;
    }
    state.history.push_back(result);
    ++state.epoch;
    state.batch = state.rows_done = state.correct = 0;
    state.loss_sum = 0;
}

}  // namespace

TrainState fit_trainee(const Trainee& model, const Examples& examples, const Fit& options, TrainState state) {
    check_options(model, examples, options);
    if (state.parameters.empty()) state = fresh_state(model, examples, options);
    check_state(model, examples, options, state);
    assign(model, state.parameters);

    Loader loader(examples, {options.batch, options.seed, options.shuffle, options.prefetch});
    loader.seek(state.epoch, state.batch);
    while (state.epoch < options.epochs) {
        require<Cancelled>(options.cancel == nullptr || !*options.cancel, "fit: cancelled");
        one_step(model, loader.next(), options, state);
        const Progress done = progress(state, examples, options, loader.batches());
        if (state.batch == loader.batches()) close_epoch(model, options, done, state);
        if (options.on_progress && options.on_progress(done) == Next::stop) break;
    }
    return state;
}

}  // namespace gradpath::nn
