// Data, model and run are put together, the run trains, and at its end the model is written and tried on the test rows.
#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include <gradpath/nn/evaluate.hpp>
#include <gradpath/nn/summary.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/data_options.hpp>
#include <gradpath/tools/commands/data_source.hpp>
#include <gradpath/tools/commands/dry_run.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/subject.hpp>
#include <gradpath/tools/commands/train_run.hpp>

namespace gradpath::tools {
namespace {

using Json = nlohmann::ordered_json;

Json summary(const Run& run, const models::Model& model, const nn::TrainState& state,
             const std::optional<nn::Evaluation>& test) {
    Json history = Json::array();
    for (const nn::EpochResult& e : state.history)
        history.push_back({{"loss", e.loss},
                           {"accuracy", e.accuracy},
                           {"validation_loss", e.validation_loss},
                           {"validation_accuracy", e.validation_accuracy}});
    Json document = {
        {"schema", "gradpath.train/1"},   {"model", {{"file", run.model.string()}, {"hash", models::hash(model)}}},
        {"settings", run.settings},       {"options", model.options},
        {"parameters", nn::count(model)}, {"epochs", state.epoch},
        {"steps", state.steps},           {"history", history}};
    if (run.options.patience > 0) document["best_epoch"] = told_epoch(run, state) + 1;
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
    const models::Task task = models::task_for(model, rows);
    if (rows.labels.size() > 0) test = nn::evaluate(model, task.examples, {.loss = task.loss});
    if (o.common.json) return print_json(summary(run, model, state, test));
    const Index told = told_epoch(run, state);
    std::string words = text("model          ", run.model.string(), "\nparameters     ", nn::count(model),
                             "\nepochs         ", state.epoch);
    if (o.patience > 0) words += text(", the best was ", told + 1);
    words += text("\ntraining       ", result_text(state.history[static_cast<std::size_t>(told)]), "\n");
    if (test)
        words += text("test           loss ", fixed(test->loss, 4), "  accuracy ", percent(test->accuracy), " of ",
                      test->rows, " rows\n");
    print(words);
}

/// Memory: each parameter with its gradient and two of the optimizer's, and a batch's outputs with their gradients.
void only_tell(const TrainOptions& o, const models::Model& model, const models::DataSet& data) {
    const Index rows = data.x.rows();
    const double passes = static_cast<double>(rows) * static_cast<double>(o.epochs);
    const nn::Summary summary = nn::summary(model, model.input);
    const std::size_t number = dtype_of(o) == DType::float64 ? 8 : 4;
    tell(o.common, {.what = {{"model", text(o.model, ", ", summary.parameters, " parameters")},
                             {"data", text(o.data, ", ", rows, " rows")},
                             {"steps", text(nn::batches_of(rows, o.batch), " of ", o.batch, " rows in each of ",
                                            o.epochs, " epochs")}},
                    .forward = passes,
                    .backward = passes,
                    .bytes = 4 * number * static_cast<std::size_t>(summary.parameters) +
                             2 * static_cast<std::size_t>(summary.bytes * std::min(o.batch, rows)),
                    .files = {"checkpoint.safetensors", "history.csv", "model.safetensors"}});
}

}  // namespace

Exit train(Words words, const std::atomic<bool>& interrupted) {
    TrainOptions o;
    Arguments arguments(
        "train", "Trains a network and writes model.safetensors, history.csv and checkpoint.safetensors to --out.",
        "gradpath train --model moons-mlp --data moons --epochs 20 --out run\n"
        "gradpath train --model lenet5 --data fashion-mnist --seed 1 --out run\n"
        "gradpath train --model lenet5 --data fashion-mnist --seed 1 --out run --resume\n"
        "gradpath train --model lenet5 --data fashion-mnist --schedule one-cycle --augment flip,shift:2 --out run");
    declare(arguments, o);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    check(arguments, o);
    check_table_options(arguments, {o.data}, o.table);
    require<UsageError>(ending_of(o.model) != ".onnx", "train: --model names an architecture, which ", o.model,
                        " is not: an ONNX file is trained further in a program, by nn::fit (models/onnx/README.md)");
    apply(o.common);

    models::DataSet data = with_dtype(open_data("train: --data", o.data, "train", o.common.seed, o.table), dtype_of(o));
    for (const std::string& note : data.notes) say(o.common, "note: " + note);
    models::DataSet validation;
    if (o.validation > 0) std::tie(data, validation) = kept_back(data, o.validation, o.common.seed);
    models::Model model = models::make_for(data, o.model, o.set, o.common.seed);
    if (o.dry_run) return only_tell(o, model, data), Exit::fine;
    const Run run = plan(o, model, data, validation);
    nn::TrainState state = begin(run, model);
    state = train_on(run, model, std::move(state), interrupted);
    if (!nn::is_over(state, run.fit)) {
        say(o.common, text("interrupted after ", state.steps, " steps; the same command with --resume goes on"));
        return Exit::interrupted;
    }
    finish(run, model, state);
    return Exit::fine;
}

}  // namespace gradpath::tools
