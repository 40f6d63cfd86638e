// A checkpoint is a file of a network with more in it: tensors under "training/" for the optimiser and the sums, and
// whole numbers under the key "gradpath.training". Every float is kept as a tensor, so its bits survive, NaN included.
// Of a model the file has its description, too; of a network of one's own the caller knows it.
#include <gradpath/models/saved.hpp>

#include <algorithm>

#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/models/saved_net.hpp>
#include <gradpath/models/saved_parts.hpp>

namespace gradpath::models {

namespace {

using Json = nlohmann::json;
using Named = std::vector<nn::Parameter>;

constexpr const char* training_schema = "gradpath.training/2";
constexpr Index history_columns = 4;

void add_all(io::SafeTensors& file, const Named& names, const std::vector<Tensor>& values,
             const std::string& before = "") {
    for (std::size_t i = 0; i < values.size(); ++i) file.tensors.push_back({before + names[i].name, values[i]});
}

std::vector<Tensor> take_all(Reading& file, const Named& like, const std::string& before = "") {
    std::vector<Tensor> values;
    for (const auto& [name, value] : like) values.push_back(file.take(before + name, value.shape(), value.dtype()));
    return values;
}

void add_list(io::SafeTensors& file, const char* what, const Named& parameters, const std::vector<Tensor>& values) {
    add_all(file, parameters, values, training(text(what, "/")));
}

std::vector<Tensor> take_list(Reading& file, const char* what, const Named& parameters) {
    return take_all(file, parameters, training(text(what, "/")));
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
    f("planned_epochs", state.planned_epochs);
    f("rows_done", state.rows_done);
    f("correct", state.correct);
}

/// The file of a state, its numbers still to be put into the metadata. `what` is for messages.
struct Writing {
    io::SafeTensors file = {};
    Json numbers = {};

    Writing(const char* what, const NetTensors& net, const nn::TrainState& state) {
        const auto as_many = [&](const char* kind, std::size_t stored, std::size_t wanted) {
            require(stored == wanted, what, ": the state must be the model's: it has ", stored, " ", kind,
                    ", the model ", wanted);
        };
        as_many("parameters", state.parameters.size(), net.parameters.size());
        as_many("buffers", state.buffers.size(), net.buffers.size());
        add_all(file, net.parameters, state.parameters);
        add_all(file, net.buffers, state.buffers);
        file.tensors.push_back({training("history"), history_tensor(state.history)});
        file.tensors.push_back({training("loss_sum"), scalar(state.loss_sum, DType::float64)});
        add_list(file, "average", net.parameters, state.average);
        add_list(file, "best", net.parameters, state.best);
        add_list(file, "best", net.buffers, state.best_buffers);
        numbers = {{"schema", training_schema}, {"seed", state.seed}};
        visit_numbers(state, [&](const char* name, Index value) { numbers[name] = value; });
        add_optimizer(file, numbers, net.parameters, state.optimizer);
    }
};

std::vector<Tensor> values_of(const Named& list) {
    std::vector<Tensor> values;
    for (const nn::Parameter& t : list) values.push_back(t.value);
    return values;
}

/// What the file holds beside the tensors of the network, which are given.
nn::TrainState rest_of_state(Reading& file, const Json& numbers, const NetTensors& net) {
    nn::TrainState state{.seed = file.field<std::uint64_t>(numbers, "seed")};
    visit_numbers(state, [&](const char* name, Index& value) { value = file.count(numbers, name); });
    state.parameters = values_of(net.parameters);
    state.buffers = values_of(net.buffers);
    state.optimizer = read_optimizer(file, numbers, net.parameters);
    state.loss_sum = file.take(training("loss_sum"), {}, DType::float64).item();
    state.history = history_from(file.take(training("history"), {state.epoch, history_columns}, DType::float64));
    state.average = take_list_if_any(file, "average", net.parameters);
    state.best = take_list_if_any(file, "best", net.parameters);
    if (!state.best.empty()) state.best_buffers = take_list(file, "best", net.buffers);
    file.finish();
    return state;
}

}  // namespace

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
    Writing out("save_checkpoint", net_tensors(checkpoint.model), checkpoint.state);
    out.numbers["run"] = checkpoint.run;
    out.file.metadata = {{model_key, describe(checkpoint.model)}, {training_key, metadata_text(out.numbers)}};
    io::write_safetensors(path, out.file);
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
    Reading file(path);
    const Json numbers = file.object(training_key, training_schema);
    Model model = read_model(file);
    nn::TrainState state = rest_of_state(file, numbers, net_tensors(model));
    return {std::move(model), std::move(state), file.field<Settings>(numbers, "run")};
}

void write_state(const std::filesystem::path& path, const NetTensors& net, const nn::TrainState& state) {
    Writing out("save_state", net, state);
    out.file.metadata = {{training_key, metadata_text(out.numbers)}};
    io::write_safetensors(path, out.file);
}

nn::TrainState read_state(const std::filesystem::path& path, const NetTensors& net) {
    Reading file(path);
    const Json numbers = file.object(training_key, training_schema);
    std::vector<Tensor> parameters = take_all(file, net.parameters), buffers = take_all(file, net.buffers);
    nn::TrainState state = rest_of_state(file, numbers, net);
    state.parameters = std::move(parameters);
    state.buffers = std::move(buffers);
    return state;
}

void write_tensors(const std::filesystem::path& path, const std::vector<nn::Parameter>& tensors) {
    io::SafeTensors file;
    add_all(file, tensors, values_of(tensors));
    io::write_safetensors(path, file);
}

std::vector<Tensor> read_tensors(const std::filesystem::path& path, const std::vector<nn::Parameter>& like) {
    Reading file(path);
    file.leave_training();
    std::vector<Tensor> values = take_all(file, like);
    file.finish();
    return values;
}

}  // namespace gradpath::models
