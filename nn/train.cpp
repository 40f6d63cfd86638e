// One step: put tracked leaves into the model, run it on a batch, take the gradient of the loss with respect to those
// leaves, let go of the graph, and let the optimiser update the parameters, which it then owns alone and can change in
// place. The model's slots are empty during the update and hold the plain parameters between steps; averages and the
// best epoch's weights live in the state, and are in the model for validation and at the end only.
#include <gradpath/nn/train.hpp>

#include <array>
#include <cmath>
#include <limits>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/nn/training.hpp>

namespace gradpath::nn {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

/// The epochs of the run, where the course of its rates or what its average holds depends on them; else 0.
Index planned_epochs(const Fit& options) {
    const bool needed = needs_epochs(options.schedule) || std::holds_alternative<TailAverage>(options.average);
    return needed ? options.epochs : 0;
}

void check_options(const Trainee& model, const Examples& examples, const Fit& options) {
    require(!model.parameters.empty(), "fit: the model must have parameters: its visit names none");
    require(examples.rows() > 0, "fit: there must be at least one example");
    require(options.batch >= 1, "fit: a batch holds at least one example: it is ", options.batch);
    require(options.batch <= most_counted, "fit: a batch holds at most ", most_counted, " examples: it is ",
            options.batch, "; for all at once give their number, ", examples.rows());
    require(options.epochs >= 0, "fit: epochs must not be negative: they are ", options.epochs);
    require(planned_epochs(options) <= most_counted, "fit: rates and averages are planned for at most ", most_counted,
            " epochs: got ", options.epochs);
    require(options.patience >= 0, "fit: patience must not be negative: it is ", options.patience);
    check(examples);
    check(options.validation);
    check(options.schedule);
    check(options.clip);
    check(options.average);
}

TrainState fresh_state(const Trainee& model, const Examples& examples, const Fit& options) {
    TrainState state{.seed = options.seed, .rows = examples.rows(), .batch_rows = options.batch};
    for (const Tensor* parameter : model.parameters) state.parameters.push_back(detached(*parameter));
    for (const Tensor* buffer : model.buffers) state.buffers.push_back(detached(*buffer));
    if (std::holds_alternative<Sgd>(options.optimizer)) state.optimizer = minimize::SgdState{};
    if (std::holds_alternative<Adam>(options.optimizer)) state.optimizer = minimize::AdamState{};
    if (std::holds_alternative<RmsProp>(options.optimizer)) state.optimizer = minimize::RmsPropState{};
    return state;
}

const char* name_of(std::size_t optimizer) { return std::array{"sgd", "adam", "rmsprop"}.at(optimizer); }

Index steps_per_epoch(const TrainState& state) { return batches_of(state.rows, state.batch_rows); }

/// How many steps the average holds.
Index averaged(const Fit& options, const TrainState& state) {
    return averaged_steps(options.average, state.steps, steps_per_epoch(state), options.epochs);
}

/// The model's parameters or buffers: what they are called, and where they are.
struct Places {
    const char* kind;
    const std::vector<std::string>& names;
    const std::vector<Tensor*>& tensors;
};
Places parameters_of(const Trainee& model) { return {"parameter", model.names, model.parameters}; }
Places buffers_of(const Trainee& model) { return {"buffer", model.buffer_names, model.buffers}; }

void require_fits(const char* what, const Places& places, const std::vector<Tensor>& values) {
    require(values.size() == places.tensors.size(), what, " must be as many as the model's ", places.kind,
            "s: there are ", values.size(), ", the model has ", places.tensors.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Tensor &given = values[i], &wanted = *places.tensors[i];
        require<ShapeError>(given.shape() == wanted.shape() && given.dtype() == wanted.dtype(), what,
                            " must fit the model: ", places.kind, " \"", places.names[i], "\" is ", given.dtype(), " ",
                            given.shape(), ", the model's is ", wanted.dtype(), " ", wanted.shape());
    }
}

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
    same("number of buffers", state.buffers.size(), model.buffers.size());
    require_fits("fit: the state to go on from", parameters_of(model), state.parameters);
    require_fits("fit: the state to go on from", buffers_of(model), state.buffers);
    const auto plan = [](Index epochs) { return epochs > 0 ? to_text(epochs) : "none"; };
    if (state.steps > 0)
        same("number of epochs that rates or the average are planned for", plan(state.planned_epochs),
             plan(planned_epochs(options)));
    same("averaging so far", !state.average.empty(), averaged(options, state) > 0);
    same("keeping of the best epoch", !state.best.empty(), options.patience > 0 && !state.history.empty());
    if (!state.average.empty()) require_fits("fit: the state's average", parameters_of(model), state.average);
    if (state.best.empty()) return;
    require_fits("fit: the state's best weights", parameters_of(model), state.best);
    require_fits("fit: the state's best running values", buffers_of(model), state.best_buffers);
}

/// Else the first loss would be blamed for it.
void require_finite_start(const Trainee& model, const TrainState& state) {
    for (std::size_t p = 0; p < state.parameters.size(); ++p) {
        const Tensor& parameter = state.parameters[p];
        for (Index i = 0; i < parameter.size(); ++i)
            require<NumericError>(std::isfinite(parameter.at(i)),
                                  "fit: the parameters to start from must be finite: \"", model.names[p],
                                  "\" of the shape ", parameter.shape(), " holds ", parameter.at(i), " at element ", i);
    }
}

void assign(const Trainee& model, const std::vector<Tensor>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) *model.parameters[i] = values[i];
}
void assign_buffers(const Trainee& model, const std::vector<Tensor>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) *model.buffers[i] = values[i];
}

/// Leaves plain parameters in the model, whatever happens.
struct Restore {
    const Trainee& model;
    const std::vector<Tensor>& parameters;
    ~Restore() { assign(model, parameters); }
};

/// The gradient of a batch; its loss goes into the running sums, what its layers reported into the buffers. The graph
/// is its own affair: a caller under NoRecording trains all the same.
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
    for (std::size_t i = 0; i < model.buffers.size(); ++i) state.buffers[i] = active.latest(*model.buffers[i]);
    return gradients;
}

/// The optimizer with the rate that the schedule gives this step.
Optimizer scheduled(const Fit& options, const TrainState& state) {
    const std::vector<double> losses = judged_losses(state.history);
    const double factor = rate_factor(options.schedule, {state.steps, steps_per_epoch(state), options.epochs, losses});
    Optimizer optimizer = options.optimizer;
    std::visit([&](auto& rule) { rule.rate *= factor; }, optimizer);
    return optimizer;
}

void update(const Optimizer& optimizer, const std::vector<Tensor>& gradients, TrainState& state) {
    if (const auto* sgd = std::get_if<Sgd>(&optimizer))
        minimize::step(state.parameters, gradients, std::get<minimize::SgdState>(state.optimizer), *sgd);
    if (const auto* adam = std::get_if<Adam>(&optimizer))
        minimize::step(state.parameters, gradients, std::get<minimize::AdamState>(state.optimizer), *adam);
    if (const auto* rms = std::get_if<RmsProp>(&optimizer))
        minimize::step(state.parameters, gradients, std::get<minimize::RmsPropState>(state.optimizer), *rms);
    ++state.steps;
    ++state.batch;
}

/// The rate of the step.
double one_step(const Trainee& model, const Examples& batch, const Fit& options, TrainState& state) {
    const Restore restore{model, state.parameters};
    const std::vector<Tensor> gradients = clipped(slopes(model, batch, options, state), options.clip);
    for (Tensor* slot : model.parameters) *slot = Tensor();
    const Optimizer optimizer = scheduled(options, state);
    update(optimizer, gradients, state);
    assign_buffers(model, state.buffers);
    take_in(state.average, state.parameters, options.average, averaged(options, state));
    return std::visit([](const auto& rule) { return rule.rate; }, optimizer);
}

Progress progress(const TrainState& state, const Examples& examples, const Fit& options, double rate) {
    const auto rows = static_cast<double>(state.rows_done);
    const double accuracy = examples.has_labels() ? static_cast<double>(state.correct) / rows : nan;
    return {.epoch = state.epoch,
            .epochs = options.epochs,
            .batch = state.batch,
            .batches = steps_per_epoch(state),
            .rows = state.rows_done,
            .loss = state.loss_sum / rows,
            .accuracy = accuracy,
            .rate = rate,
            .state = state};
}

void close_epoch(const Trainee& model, const Fit& options, const Progress& done, TrainState& state) {
    EpochResult result{done.loss, done.accuracy, nan, nan};
    const std::vector<Tensor>& weights = state.average.empty() ? state.parameters : state.average;
    if (options.validation.rows() > 0) {
        const Restore restore{model, state.parameters};
        assign(model, weights);
        const Evaluation seen =
            evaluate(model.run, options.validation, {.loss = options.loss, .cancel = options.cancel});
        result.validation_loss = std::isnan(seen.loss) ? infinity : seen.loss;  // NaN says that there was none
        result.validation_accuracy = seen.accuracy;
    }
    state.history.push_back(result);
    const auto epoch = static_cast<Index>(state.history.size()) - 1;
    if (options.patience > 0 && best_epoch(judged_losses(state.history)) == epoch) {
        state.best = weights;
        state.best_buffers = state.buffers;
    }
    ++state.epoch;
    state.batch = state.rows_done = state.correct = 0;
    state.loss_sum = 0;
}

}  // namespace

const std::vector<Tensor>& weights_of(const TrainState& state) {
    return !state.best.empty() ? state.best : !state.average.empty() ? state.average : state.parameters;
}

std::vector<double> judged_losses(const std::vector<EpochResult>& history) {
    std::vector<double> losses;
    for (const EpochResult& e : history) losses.push_back(std::isnan(e.validation_loss) ? e.loss : e.validation_loss);
    return losses;
}

bool is_over(const TrainState& state, const Fit& options) {
    if (state.epoch >= options.epochs) return true;
    if (options.patience == 0 || state.history.empty()) return false;
    return static_cast<Index>(state.history.size()) - 1 - best_epoch(judged_losses(state.history)) >= options.patience;
}

TrainState fit_trainee(const Trainee& model, const Examples& examples, const Fit& options, TrainState state) {
    check_options(model, examples, options);
    if (state.parameters.empty()) state = fresh_state(model, examples, options);
    check_state(model, examples, options, state);
    if (!is_over(state, options)) require_finite_start(model, state);
    state.planned_epochs = planned_epochs(options);
    assign(model, state.parameters);
    assign_buffers(model, state.buffers);

    Loader loader(examples, {.batch = options.batch,
                             .seed = options.seed,
                             .shuffle = options.shuffle,
                             .prefetch = options.prefetch,
                             .augment = options.augment});
    loader.seek(state.epoch, state.batch);
    while (!is_over(state, options)) {
        require<Cancelled>(options.cancel == nullptr || !*options.cancel, "fit: cancelled");
        const double rate = one_step(model, loader.next(), options, state);
        const Progress done = progress(state, examples, options, rate);
        if (state.batch == loader.batches()) close_epoch(model, options, done, state);
        if (options.on_progress && options.on_progress(done) == Next::stop) break;
    }
    assign(model, weights_of(state));
    assign_buffers(model, state.best.empty() ? state.buffers : state.best_buffers);
    return state;
}

ListFunction trainee_loss(Trainee model, Examples examples, Loss loss) {
    check(examples);
    return [model = std::move(model), examples = std::move(examples),
            loss = std::move(loss)](const std::vector<Tensor>& parameters) {
        require_fits("loss_of_parameters: the tensors", parameters_of(model), parameters);
        std::vector<Tensor> before;
        for (const Tensor* slot : model.parameters) before.push_back(*slot);
        const Restore restore{model, before};
        assign(model, parameters);
        return loss_of(loss, model.run(examples.x), examples);
    };
}

void assign_trainee(const Trainee& model, const std::vector<Tensor>& values) {
    require_fits("assign_parameters: the tensors", parameters_of(model), values);
    assign(model, values);
}

}  // namespace gradpath::nn
