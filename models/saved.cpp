// A file is its tensors and a description: JSON under the metadata key "gradpath". Loading is making the model that the
// description names and giving it the file's numbers. Before any memory is taken, the weights that the options ask for
// are counted against those in the file, so a forged description cannot ask for more than the file holds. A checkpoint
// is a model file with more in it: tensors under "training/" for the optimiser and the sums, and whole numbers under
// the key "gradpath.training". Every float is kept as a tensor, so its bits survive, NaN included.
#include <gradpath/models/saved.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <map>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/fault.hpp>
#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/models/saved_columns.hpp>

namespace gradpath::models {

namespace {

using Json = nlohmann::json;
using Named = std::vector<nn::Parameter>;

constexpr const char* model_key = "gradpath";
constexpr const char* model_schema = "gradpath.model/1";
constexpr const char* training_key = "gradpath.training";
constexpr const char* training_schema = "gradpath.training/1";
constexpr Index history_columns = 4;
constexpr Index most = Index{1} << 48;  // of anything counted

std::string training(const std::string& name) { return "training/" + name; }
bool is_training(const std::string& name) { return name.starts_with("training/"); }

/// A file being read. Every complaint is an IoError that ends in the file's name.
struct Reading {
    io::Fault fault;
    std::map<std::string, std::string> metadata = {};
    std::map<std::string, Tensor> tensors = {};  ///< those not yet taken

    explicit Reading(const std::filesystem::path& path) : fault{"load", path.string()} {
        io::SafeTensors file = io::read_safetensors(path);
        metadata = std::move(file.metadata);
        for (io::NamedTensor& entry : file.tensors) tensors.emplace(std::move(entry.name), std::move(entry.value));
        for (const io::NamedIndices& entry : file.indices) refuse(entry.name);
    }
    /// A metadata text as a JSON object of the schema.
    Json object(const char* key, const char* schema) const {
        const auto found = metadata.find(key);
        fault.unless(found != metadata.end(), "the metadata must have the key \"", key, "\": this file is not ",
                     key == model_key ? "a model of gradpath" : "a training checkpoint of gradpath");
        const Json value = Json::parse(found->second, nullptr, false);
        fault.unless(value.is_object(), "the metadata under \"", key, "\" must be a JSON object");
        const auto named = field<std::string>(value, "schema");
        fault.unless(named == schema, "the schema must be ", schema, ": it is ", named);
        return value;
    }
    template <class T>
    T field(const Json& object, const char* name) const {
        try {
            const Json& value = object.at(name);
            if (!std::integral<T> || value.is_number_integer()) return value.get<T>();  // get() would cut 1.5 to 1
        } catch (const Json::exception&) {                                              // told below
        }
        throw IoError(text("load: the metadata must have a field \"", name, "\" of the right kind (", fault.name, ")"));
    }
    Index count(const Json& object, const char* name) const {
        const auto value = field<Index>(object, name);
        fault.unless(value >= 0 && value <= most, "a count must not be negative or huge: ", name, " is ", value);
        return value;
    }
    Tensor take(const std::string& name, const Shape& shape, DType dtype) {
        const auto found = tensors.find(name);
        fault.unless(found != tensors.end(), "a tensor is missing: \"", name, "\" of the shape ", shape);
        Tensor value = std::move(found->second);
        tensors.erase(found);
        fault.unless(value.shape() == shape, "tensor \"", name, "\" has shape ", value.shape(), ", the model expects ",
                     shape);
        fault.unless(value.dtype() == dtype, "tensor \"", name, "\" is ", value.dtype(), ", the model expects ", dtype);
        return value;
    }
    void refuse(const std::string& name) const { fault.unless(false, "the model has no tensor \"", name, "\""); }
    void finish() const {
        if (!tensors.empty()) refuse(tensors.begin()->first);
    }
};

/// The model as described, its weights still zero.
Model blank_model(const Reading& file, const Json& description) {
    const auto architecture = file.field<std::string>(description, "architecture");
    const auto options = file.field<Settings>(description, "options");
    Index left = 0;
    DType dtype = DType::float32;
    for (const auto& [name, value] : file.tensors) {
        if (is_training(name)) continue;
        left += value.size();
        dtype = value.dtype();
    }
    const auto draw = [&](const Shape& weight) {
        left -= weight.size();
        file.fault.unless(left >= 0, "the options ask for more numbers than the file holds: a weight of the shape ",
                          weight);
        return zeros(weight, dtype);
    };
    try {
        return make(architecture, options, nn::Init{.dtype = dtype, .draw = draw});
    } catch (const ValueError& error) {
        throw IoError(text("load: ", std::string(error.what()), " (", file.fault.name, ")"));
    } catch (const ShapeError& error) {
        throw IoError(text("load: ", std::string(error.what()), " (", file.fault.name, ")"));
    }
}

/// What is said of a model must fit its shapes, in both directions: a file that could not be read back is not written.
/// A net on vectors may have been given images, so its channels are only known to divide its inputs.
void check_description(const Model& model, const auto& unless) {
    const auto &mean = model.normalisation.mean, &sd = model.normalisation.sd;
    const auto channels = static_cast<Index>(mean.size());
    unless(mean.size() == sd.size(), "there must be as many means as sds: there are ", mean.size(), " and ", sd.size());
    const bool fits =
        channels == 0 || (model.input.rank() == 1 ? model.input.size() % channels == 0 : model.input[0] == channels);
    unless(fits, "the normalisation must be one per channel: there are ", channels, " means, rows have the shape ",
           model.input);
    for (const double value : sd) unless(value > 0, "an sd must be above 0: it is ", value);
    const auto names = static_cast<Index>(model.class_names.size());
    unless(names == 0 || names == model.classes, "class names must be one per class, or none: there are ", names,
           ", the model has ", model.classes, " classes");
    try {
        check(model.columns, model.input.size());
    } catch (const ValueError& error) {
        unless(false, std::string(error.what()));
    }
}

Model read_model(Reading& file) {
    const Json description = file.object(model_key, model_schema);
    Model model = blank_model(file, description);
    const auto normalisation = file.field<Json>(description, "normalisation");
    model.normalisation.mean = file.field<std::vector<double>>(normalisation, "mean");
    model.normalisation.sd = file.field<std::vector<double>>(normalisation, "sd");
    model.class_names = file.field<std::vector<std::string>>(description, "class_names");
    read_columns(description, file.fault, model);
    check_description(model, [&](bool ok, const auto&... parts) { file.fault.unless(ok, parts...); });
    nn::each_tensor(model, nn::TensorVisitor([&](const std::string& name, Tensor& t, nn::Role) {
                        t = file.take(name, t.shape(), t.dtype());
                    }));
    return model;
}

std::string describe(const Model& model) {
    const std::vector<std::string> known = architectures();
    require(std::ranges::find(known, model.architecture) != known.end(),
            "save_model: the architecture must be one that make() knows, or nobody could load the file: it is \"",
            model.architecture, "\"; write the tensors of a net of your own with io::write_safetensors");
    const auto finite = [](const std::vector<double>& values) {
        return std::ranges::all_of(values, [](double v) { return std::isfinite(v); });
    };
    const Normalisation& by = model.normalisation;
    require(finite(by.mean) && finite(by.sd),
            "save_model: the normalisation must be finite, as JSON has no other numbers");
    check_description(model, [](bool ok, const auto&... parts) { require(ok, "save_model: ", parts...); });
    Json description = {{"schema", model_schema},
                        {"architecture", model.architecture},
                        {"options", model.options},
                        {"normalisation", {{"mean", by.mean}, {"sd", by.sd}}},
                        {"class_names", model.class_names}};
    write_columns(description, model);
    return description.dump();
}

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

void save_model(const std::filesystem::path& path, const Model& model) {
    io::SafeTensors file{.metadata = {{model_key, describe(model)}}};
    for (nn::Parameter& t : nn::tensors(model)) file.tensors.push_back({std::move(t.name), std::move(t.value)});
    io::write_safetensors(path, file);
}

Model load_model(const std::filesystem::path& path) {
    Reading file(path);
    if (file.metadata.contains(training_key))
        std::erase_if(file.tensors, [](const auto& entry) { return is_training(entry.first); });
    Model model = read_model(file);
    file.finish();
    return model;
}

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
