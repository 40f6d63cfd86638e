// A checkpoint is a model file with more in it: tensors under "training/" for the optimiser and the sums, and whole
// numbers under the key "gradpath.training". Every float is kept as a tensor, so its bits survive, NaN included.
#include <gradpath/models/saved.hpp>

#include <algorithm>

#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/models/saved_parts.hpp>

namespace gradpath::models {

namespace {

using Json = nlohmann::json;
using Named = std::vector<nn::Parameter>;

constexpr const char* training_schema = "gradpath.training/1";
constexpr Index history_columns = 4;

void add_list(io::SafeTensors& file, const char* what, const Named& parameters, const std::vector<Tensor>& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
        file.tensors.push_back({training(text(what, "/", parameters[i].name)), values[i]});
}

std::vector<Tensor> take_list(Reading& file, const char* what, const Named& parameters) {
    std::vector<Tensor> values;
    for (const auto& [name, value] : parameters)
        values.push_back(file.take(training(text(what, "/", name)), value.shape(), value.dtype()));
    return values;
}

/// Nothing where the file does not have them.
std::vector<Tensor> take_list_if_any(Reading& file, const char* what, const Named& parameters) {
    const bool any = !parameters.empty() && file.tensors.contains(training(text(what, "/", parameters[0].name)));
    return any ? take_list(file, what, parameters) : std::vector<Tensor>{};
}

Tensor history_tensor(const std::vector<nn::EpochResult>& history) {
    std::vector<double> numbers;
    for (const nn::EpochResult& e : history)
        numbers.insert(numbers.end(), {e.loss, e.accuracy, e.validation_loss, e.validation_accuracy});
    return {{static_cast<Index>(history.size()), history_columns}, numbers};
}

std::vector<nn::EpochResult> history_from(const Tensor& table) {
    std::vector<nn::EpochResult> history;
    for (Index i = 0; i < table.size(); i += history_columns)
        history.push_back({table.at(i), table.at(i + 1), table.at(i + 2), table.at(i + 3)});
    return history;
}

void add_optimizer(io::SafeTensors& file, Json& numbers, const Named& parameters, const nn::OptimizerState& state) {
    if (const auto* adam = std::get_if<minimize::AdamState>(&state)) {
        numbers["optimizer"] = "adam";
        numbers["optimizer_steps"] = adam->steps;
        add_list(file, "mean", parameters, adam->mean);
        add_list(file, "variance", parameters, adam->variance);
    } else if (const auto* rms = std::get_if<minimize::RmsPropState>(&state)) {
        numbers["optimizer"] = "rmsprop";
        numbers["optimizer_steps"] = rms->square.empty() ? 0 : 1;
        numbers["optimizer_lists"] = Json::array();
        minimize::RmsPropState::visit(*rms, [&](const char* name, const std::vector<Tensor>& list) {
            if (!list.empty()) numbers["optimizer_lists"].push_back(name);
            add_list(file, name, parameters, list);
        });
    } else {
        const auto& sgd = std::get<minimize::SgdState>(state);
        numbers["optimizer"] = "sgd";
        numbers["optimizer_steps"] = sgd.velocity.empty() ? 0 : 1;  // all that matters: is there a velocity?
        add_list(file, "velocity", parameters, sgd.velocity);
    }
}

nn::OptimizerState read_optimizer(Reading& file, const Json& numbers, const Named& parameters) {
    const auto kind = file.field<std::string>(numbers, "optimizer");
    const Index steps = file.count(numbers, "optimizer_steps");
    file.fault.unless(kind == "adam" || kind == "sgd" || kind == "rmsprop",
                      "the optimizer must be adam, sgd or rmsprop: it is ", kind);
    const auto list = [&](const char* what) {
        return steps > 0 ? take_list(file, what, parameters) : std::vector<Tensor>{};
    };
    if (kind == "sgd") return minimize::SgdState{list("velocity")};
    if (kind == "rmsprop") {
        const auto kept = file.field<std::vector<std::string>>(numbers, "optimizer_lists");
        minimize::RmsPropState state;
        minimize::RmsPropState::visit(state, [&](const char* name, std::vector<Tensor>& values) {
            if (std::ranges::find(kept, name) != kept.end()) values = take_list(file, name, parameters);
        });
        return state;
    }
    return minimize::AdamState{list("mean"), list("variance"), steps};
}

/// The whole numbers of a state, by name.
void visit_numbers(auto& state, auto&& f) {
    f("epoch", state.epoch);
    f("batch", state.batch);
    f("steps", state.steps);
    f("rows", state.rows);
    f("batch_rows", state.batch_rows);
    f("rows_done", state.rows_done);
    f("correct", state.correct);
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
    const nn::TrainState& state = checkpoint.state;
    const Named parameters = nn::parameters(checkpoint.model), buffers = nn::buffers(checkpoint.model);
    const auto as_many = [](const char* what, std::size_t stored, std::size_t wanted) {
        require(stored == wanted, "save_checkpoint: the state must be the model's: it has ", stored, " ", what,
                ", the model ", wanted);
    };
    as_many("parameters", state.parameters.size(), parameters.size());
    as_many("buffers", state.buffers.size(), buffers.size());
    io::SafeTensors file;
    for (std::size_t i = 0; i < parameters.size(); ++i)
        file.tensors.push_back({parameters[i].name, state.parameters[i]});
    for (std::size_t i = 0; i < buffers.size(); ++i) file.tensors.push_back({buffers[i].name, state.buffers[i]});
    file.tensors.push_back({training("history"), history_tensor(state.history)});
    file.tensors.push_back({training("loss_sum"), scalar(state.loss_sum, DType::float64)});
    add_list(file, "average", parameters, state.average);
    add_list(file, "best", parameters, state.best);
    add_list(file, "best", buffers, state.best_buffers);

    Json numbers = {{"schema", training_schema}, {"seed", state.seed}, {"run", checkpoint.run}};
    visit_numbers(state, [&](const char* name, Index value) { numbers[name] = value; });
    add_optimizer(file, numbers, parameters, state.optimizer);
    file.metadata = {{model_key, describe(checkpoint.model)}, {training_key, numbers.dump()}};
    io::write_safetensors(path, file);
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
    Reading file(path);
    const Json numbers = file.object(training_key, training_schema);
    Model model = read_model(file);
    const Named parameters = nn::parameters(model);
    nn::TrainState state{.seed = file.field<std::uint64_t>(numbers, "seed")};
    visit_numbers(state, [&](const char* name, Index& value) { value = file.count(numbers, name); });
    for (const nn::Parameter& p : parameters) state.parameters.push_back(p.value);
    for (const nn::Parameter& b : nn::buffers(model)) state.buffers.push_back(b.value);
    state.optimizer = read_optimizer(file, numbers, parameters);
    state.loss_sum = file.take(training("loss_sum"), {}, DType::float64).item();
    state.history = history_from(file.take(training("history"), {state.epoch, history_columns}, DType::float64));
    state.average = take_list_if_any(file, "average", parameters);
    state.best = take_list_if_any(file, "best", parameters);
    if (!state.best.empty()) state.best_buffers = take_list(file, "best", nn::buffers(model));
    file.finish();
    return {std::move(model), std::move(state), file.field<Settings>(numbers, "run")};
}

}  // namespace gradpath::models
