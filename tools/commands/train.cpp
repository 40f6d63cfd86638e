// A run is its folder. The checkpoint is the truth: it holds weights, optimiser, position and history in one file that
// is replaced whole, so a run that is killed at any moment goes on from it bit for bit; model.safetensors and
// history.csv are made of it, and made again where a kill came between. A checkpoint is written before the first step
// (which also shows early that the folder can be written), after each epoch, and whenever the last is older than a few
// seconds.
#include <chrono>
#include <cmath>
#include <filesystem>
#include <optional>
#include <variant>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/csv.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/data_options.hpp>
#include <gradpath/tools/commands/data_source.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/progress.hpp>

namespace gradpath::tools {
namespace {

constexpr std::chrono::seconds checkpoint_interval{4};  // promised: 5; a step and a write fit between

struct TrainOptions {
    std::string model, data, optimizer = "adam";
    Index epochs = 5, batch = 64;
    double rate = 1e-3, momentum = 0, weight_decay = 0, validation = 0;
    bool resume = false;
    std::map<std::string, std::string> set = {};
    models::ReadTable table = {};
    Common common = {};
};

struct Run {
    const TrainOptions& options;
    models::Settings settings;  ///< what must be equal to go on
    std::filesystem::path checkpoint, model, history;
};

void declare(Arguments& arguments, TrainOptions& o) {
    arguments.option("--model", "NAME", o.model, "mlp, moons-mlp, lenet5, lenet-small or small-cnn");
    arguments.option("--data", "DATA", o.data, data_help);
    arguments.value(
        "--set", "KEY=VALUE", "an option of the model, such as widths=2-32-2; may be repeated",
        [&](const std::string& text) {
            const auto equals = text.find('=');
            require<UsageError>(equals != text.npos && equals > 0, "train: --set takes KEY=VALUE: got \"", text, "\"");
            o.set[text.substr(0, equals)] = text.substr(equals + 1);
        },
        true);
    arguments.option("--epochs", "N", o.epochs, "passes over the data (5)");
    arguments.option("--batch", "N", o.batch, "rows per step (64)");
    arguments.option("--rate", "R", o.rate, "learning rate (0.001)");
    arguments.option("--optimizer", "NAME", o.optimizer, "adam or sgd (adam)");
    arguments.option("--momentum", "M", o.momentum, "of sgd (0)");
    arguments.option("--weight-decay", "W", o.weight_decay, "decoupled for adam, added to the gradient for sgd (0)");
    arguments.option("--validation", "F", o.validation,
                     "share of the rows kept back and evaluated after each epoch (0)");
    arguments.flag("--resume", o.resume, "go on from the checkpoint in --out, bit for bit");
    add_table_options(arguments, o.table);
    add_common(arguments, o.common);
}

void check_options(const Arguments& arguments, const TrainOptions& o) {
    require_given(arguments, "--model", o.model);
    require_given(arguments, "--data", o.data);
    require_given(arguments, "--out", o.common.out.string());
    require<UsageError>(o.epochs >= 1, "train: --epochs must be at least 1: got ", o.epochs);
    require<UsageError>(o.batch >= 1, "train: --batch must be at least 1: got ", o.batch);
    require<UsageError>(o.rate > 0, "train: --rate must be positive: got ", o.rate);
    require<UsageError>(o.optimizer == "adam" || o.optimizer == "sgd", "train: --optimizer takes adam or sgd: got \"",
                        o.optimizer, "\"", did_you_mean(o.optimizer, {"adam", "sgd"}));
    require<UsageError>(o.momentum == 0 || o.optimizer == "sgd", "train: --momentum is of sgd, the optimizer is ",
                        o.optimizer);
    require<UsageError>(o.momentum >= 0 && o.momentum < 1, "train: --momentum must lie in [0, 1): got ", o.momentum);
    require<UsageError>(o.weight_decay >= 0, "train: --weight-decay must not be negative: got ", o.weight_decay);
    require<UsageError>(o.validation >= 0 && o.validation < 1, "train: --validation must lie in [0, 1): got ",
                        o.validation);
}

DType dtype_of(const TrainOptions& o) { return o.common.dtype.value_or(DType::float32); }

Run plan(const TrainOptions& o) {
    const std::filesystem::path& folder = o.common.out;
    return {o,
            {{"model", o.model},
             {"data", o.data},
             {"batch", to_text(o.batch)},
             {"rate", to_text(o.rate)},
             {"optimizer", o.optimizer},
             {"momentum", to_text(o.momentum)},
             {"weight-decay", to_text(o.weight_decay)},
             {"validation", to_text(o.validation)},
             {"seed", to_text(o.common.seed)},
             {"dtype", to_text(dtype_of(o))}},
            folder / "checkpoint.safetensors",
            folder / "model.safetensors",
            folder / "history.csv"};
}

/// Every setting that differs, named in one message; so do the model's options, given or left to their defaults.
void check_same_run(const Run& run, const models::Settings& options, const models::Settings& stored,
                    const models::Settings& stored_options) {
    std::string differences;
    const auto compare = [&](const std::string& name, const std::string& here, const std::string& there) {
        if (here != there)
            differences += (differences.empty() ? "" : ", ") + name + " was " + there + " and is " + here;
    };
    for (const auto& [name, value] : run.settings) {
        const auto found = stored.find(name);
        compare("--" + name, value, found == stored.end() ? "not known" : found->second);
    }
    for (const auto& [name, value] : options) {
        const auto found = stored_options.find(name);
        if (found != stored_options.end()) compare("--set " + name, value, found->second);  // else another --model
    }
    require<UsageError>(differences.empty(),
                        "train: --resume goes on with the settings the run began with: ", differences,
                        "; give those, or train anew without --resume");
}

void write_history(const Run& run, const std::vector<nn::EpochResult>& history) {
    io::Table table{{"epoch", "loss", "accuracy", "validation_loss", "validation_accuracy"}, {}};
    for (const nn::EpochResult& e : history)
        table.rows.push_back(
            {static_cast<double>(table.rows.size() + 1), e.loss, e.accuracy, e.validation_loss, e.validation_accuracy});
    io::write_csv(run.history, table);
}

std::string result_text(const nn::EpochResult& e) {
    std::string words = "loss " + fixed(e.loss, 4) + "  accuracy " + percent(e.accuracy);
    if (!std::isnan(e.validation_loss))
        words += "  validation loss " + fixed(e.validation_loss, 4) + "  accuracy " + percent(e.validation_accuracy);
    return words;
}

nn::Optimizer optimizer(const TrainOptions& o) {
    if (o.optimizer == "sgd") return nn::Sgd{.rate = o.rate, .momentum = o.momentum, .weight_decay = o.weight_decay};
    return nn::Adam{.rate = o.rate, .weight_decay = o.weight_decay};
}

/// Trains to the end or to the interrupt, keeping the checkpoint fresh.
nn::TrainState train_on(const Run& run, models::Model& model, const models::DataSet& data,
                        const models::DataSet& validation, nn::TrainState state, const std::atomic<bool>& interrupted) {
    const TrainOptions& o = run.options;
    using Clock = std::chrono::steady_clock;
    Clock::time_point saved = Clock::now();
    Progress progress(Progress::style(o.common.quiet), "rows");
    const Index already = state.rows_done;
    nn::Fit fit{.epochs = o.epochs, .batch = o.batch, .optimizer = optimizer(o), .seed = o.common.seed};
    if (validation.x) fit.validation = {validation.x, validation.labels};
    fit.on_progress = [&](const nn::Progress& p) {
        const bool closed = p.batch == p.batches;
        const std::string note = "loss " + fixed(p.loss, 4) + "  accuracy " + percent(p.accuracy);
        progress.tell(text("epoch ", p.epoch + 1, "/", p.epochs), p.rows, data.x.rows(), note, already);
        if (closed || interrupted || Clock::now() - saved >= checkpoint_interval) {
            writing([&] {
                models::save_checkpoint(run.checkpoint, {model, p.state, run.settings});
                if (closed) write_history(run, p.state.history);
            });
            saved = Clock::now();
        }
        if (closed) {
            progress.end_line();
            say(o.common, text("epoch ", p.epoch + 1, "/", p.epochs, " done: ", result_text(p.state.history.back())));
        }
        return interrupted ? nn::Next::stop : nn::Next::go_on;
    };
    return nn::fit(model, {data.x, data.labels}, fit, std::move(state));
}

/// The checkpoint to go on from; empty parameters: there is none.
nn::TrainState begin(const Run& run, models::Model& model, const models::DataSet& data) {
    const TrainOptions& o = run.options;
    if (o.resume && std::filesystem::exists(run.checkpoint)) {
        models::Checkpoint stored = models::load_checkpoint(run.checkpoint);
        check_same_run(run, model.options, stored.run, stored.model.options);
        require<UsageError>(stored.state.epoch <= o.epochs, "train: the run has done ", stored.state.epoch,
                            " epochs, --epochs asks for ", o.epochs,
                            "; ask for at least as many, or train anew without --resume");
        model = std::move(stored.model);
        const bool finished = stored.state.epoch == o.epochs;
        say(o.common, finished ? text("this run is finished: ", o.epochs, " epochs are done")
                               : text("going on in epoch ", stored.state.epoch + 1, " of ", o.epochs, ", after ",
                                      stored.state.steps, " steps"));
        return std::move(stored.state);
    }
    if (o.resume) say(o.common, text("there is no checkpoint in ", o.common.out.string(), ": starting afresh"));
    const nn::Fit nothing{.epochs = 0, .batch = o.batch, .optimizer = optimizer(o), .seed = o.common.seed};
    nn::TrainState state = nn::fit(model, {data.x, data.labels}, nothing);
    make_folder(o.common.out);
    namespace fs = std::filesystem;
    const bool replaced = fs::exists(run.checkpoint) || fs::exists(run.model) || fs::exists(run.history);
    if (replaced) say(o.common, text("the run in ", o.common.out.string(), " is replaced"));
    writing([&] { models::save_checkpoint(run.checkpoint, {model, state, run.settings}); });
    remove_file(run.model);  // of another run
    remove_file(run.history);
    return state;
}

nlohmann::ordered_json summary(const Run& run, const models::Model& model, const nn::TrainState& state,
                               const std::optional<nn::Evaluation>& test) {
    nlohmann::ordered_json history = nlohmann::ordered_json::array();
    for (const nn::EpochResult& e : state.history)
        history.push_back({{"loss", e.loss},
                           {"accuracy", e.accuracy},
                           {"validation_loss", e.validation_loss},
                           {"validation_accuracy", e.validation_accuracy}});
    nlohmann::ordered_json document = {
        {"schema", "gradpath.train/1"},   {"model", {{"file", run.model.string()}, {"hash", models::hash(model)}}},
        {"settings", run.settings},       {"options", model.options},
        {"parameters", nn::count(model)}, {"epochs", state.epoch},
        {"steps", state.steps},           {"history", history}};
    if (test) document["test"] = {{"rows", test->rows}, {"loss", test->loss}, {"accuracy", test->accuracy}};
    else document["test"] = nullptr;
    return document;
}

void finish(const Run& run, const models::Model& model, const nn::TrainState& state) {
    const TrainOptions& o = run.options;
    writing([&] {
        models::save_model(run.model, model);
        write_history(run, state.history);
    });
    const models::DataSet rows =
        with_dtype(open_data("train: --data", o.data, "test", o.common.seed, o.table), dtype_of(o));
    std::optional<nn::Evaluation> test;
    if (rows.labels.size() > 0) test = nn::evaluate(model, {rows.x, rows.labels});
    if (o.common.json) return print_json(summary(run, model, state, test));
    std::string words =
        text("model          ", run.model.string(), "\nparameters     ", nn::count(model), "\nepochs         ",
             state.epoch, "\ntraining       ", result_text(state.history.back()), "\n");
    if (test)
        words += text("test           loss ", fixed(test->loss, 4), "  accuracy ", percent(test->accuracy), " of ",
                      test->rows, " rows\n");
    print(words);
}

}  // namespace

Exit train(Words words, const std::atomic<bool>& interrupted) {
    TrainOptions o;
    Arguments arguments(
        "train", "Trains a network and writes model.safetensors, history.csv and checkpoint.safetensors to --out.",
        "gradpath train --model moons-mlp --data moons --epochs 20 --out run\n"
        "gradpath train --model lenet5 --data fashion-mnist --seed 1 --out run\n"
        "gradpath train --model lenet5 --data fashion-mnist --seed 1 --out run --resume");
    declare(arguments, o);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    check_options(arguments, o);
    apply(o.common);

    models::DataSet data = with_dtype(open_data("train: --data", o.data, "train", o.common.seed, o.table), dtype_of(o));
    for (const std::string& note : data.notes) say(o.common, "note: " + note);
    models::DataSet validation;
    if (o.validation > 0) std::tie(data, validation) = kept_back(data, o.validation, o.common.seed);
    models::Model model = models::make_for(data, o.model, o.set, o.common.seed);
    Run run = plan(o);
    run.settings.merge(table_settings(o.data, o.table));
    nn::TrainState state = begin(run, model, data);
    state = train_on(run, model, data, validation, std::move(state), interrupted);
    if (state.epoch < o.epochs) {
        say(o.common, text("interrupted after ", state.steps, " steps; the same command with --resume goes on"));
        return Exit::interrupted;
    }
    finish(run, model, state);
    return Exit::fine;
}

}  // namespace gradpath::tools
