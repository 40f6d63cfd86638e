// A run is its folder. The checkpoint is the truth: it holds weights, optimiser, position and history in one file that
// is replaced whole, so a run that is killed at any moment goes on from it bit for bit; model.safetensors and
// history.csv are made of it, and made again where a kill came between. A checkpoint is written after the first step
// (which shows early that the folder can be written; an old run gives way to a step, not to an attempt), after each
// epoch, and whenever the last is older than a few seconds.
#include <gradpath/tools/commands/train_run.hpp>

#include <chrono>
#include <cmath>
#include <iostream>
#include <set>

#include <gradpath/autodiff/io/csv.hpp>
#include <gradpath/autodiff/io/utf8.hpp>
#include <gradpath/tools/commands/curves.hpp>
#include <gradpath/tools/commands/exit.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/progress.hpp>

namespace gradpath::tools {
namespace {

constexpr std::chrono::seconds checkpoint_interval{4};  // promised: 5; a step and a write fit between

std::string differences(const models::Settings& here, const models::Settings& there, const std::string& prefix) {
    std::set<std::string> names;
    for (const models::Settings* settings : {&here, &there})
        for (const auto& [name, value] : *settings) names.insert(name);
    const auto value_in = [](const models::Settings& settings, const std::string& name) {
        const auto found = settings.find(name);
        return found == settings.end() ? "not given" : found->second;
    };
    std::string told;
    for (const std::string& name : names) {
        const std::string now = value_in(here, name), then = value_in(there, name);
        if (now != then) told += (told.empty() ? "" : ", ") + prefix + name + " was " + then + " and is " + now;
    }
    return told;
}

/// Every setting that differs, named in one message; so do the model's options, given or left to their defaults.
void check_same_run(const Run& run, const models::Model& model, const models::Checkpoint& stored) {
    std::string told = differences(run.settings, stored.run, "--");
    if (model.architecture == stored.model.architecture) {
        const std::string options = differences(model.options, stored.model.options, "--set ");
        told += (told.empty() || options.empty() ? "" : ", ") + options;
    }
    require<UsageError>(told.empty(), "train: --resume goes on with the settings the run began with: ", told,
                        "; give those, or train anew without --resume");
}

void tell_where(const Run& run, const nn::TrainState& state) {
    const TrainOptions& o = run.options;
    const bool finished = nn::is_over(state, run.fit), early = finished && state.epoch < o.epochs;
    say(o.common,
        early      ? text("this run is finished: it ended after ", state.epoch, " epochs, as the loss got no lower")
        : finished ? text("this run is finished: ", o.epochs, " epochs are done")
                   : text("going on in epoch ", state.epoch + 1, " of ", o.epochs, ", after ", state.steps, " steps"));
}

bool is_first_step(const nn::Progress& p) { return p.state.steps == 1; }

void tell_of_old_run(const Run& run) {
    namespace fs = std::filesystem;
    const Common& common = run.options.common;
    const bool replaced = fs::exists(run.checkpoint) || fs::exists(run.model) || fs::exists(run.history);
    if (replaced) say(common, text("the run in ", common.out.string(), " is replaced"));
}

void keep(const Run& run, const models::Model& model, const nn::Progress& p) {
    writing([&] {
        models::save_checkpoint(run.checkpoint, {model, p.state, run.settings});
        if (is_first_step(p))
            for (const auto* of_old_run : {&run.model, &run.history}) remove_file(*of_old_run);
        if (p.batch == p.batches) write_history(run, p.state.history);
    });
}

}  // namespace

Run plan(const TrainOptions& o, const models::Model& model, const models::DataSet& data,
         const models::DataSet& validation) {
    const std::filesystem::path& folder = o.common.out;
    models::Task task = models::task_for(model, data);
    Run run{o,
            std::move(task.examples),
            fit_of(o, data),
            settings_of(o),
            folder / "checkpoint.safetensors",
            folder / "model.safetensors",
            folder / "history.csv"};
    require<UsageError>(!task.loss || !run.fit.loss,
                        "train: --label-smoothing and --class-weights are of classes: ", model.architecture,
                        " has none");
    for (const auto& [name, value] : run.settings)
        require<UsageError>(io::is_utf8(value), "train: --", name, " is kept with the run and must be UTF-8: got \"",
                            value, "\"; rename it");
    if (task.loss) run.fit.loss = std::move(task.loss);
    if (validation.x) run.fit.validation = models::task_for(model, validation).examples;
    return run;
}

nn::TrainState begin(const Run& run, models::Model& model) {
    const TrainOptions& o = run.options;
    if (o.resume && std::filesystem::exists(run.checkpoint)) {
        models::Checkpoint stored = models::load_checkpoint(run.checkpoint);
        check_same_run(run, model, stored);
        require<UsageError>(stored.state.epoch <= o.epochs, "train: the run has done ", stored.state.epoch,
                            " epochs, --epochs asks for ", o.epochs,
                            "; ask for at least as many, or train anew without --resume");
        model = std::move(stored.model);
        tell_where(run, stored.state);
        return std::move(stored.state);
    }
    if (o.resume) say(o.common, text("there is no checkpoint in ", o.common.out.string(), ": starting afresh"));
    nn::Fit nothing = run.fit;
    nothing.epochs = 0;
    nn::TrainState state = nn::fit(model, run.examples, nothing);
    make_folder(o.common.out);
    return state;
}

nn::TrainState train_on(const Run& run, models::Model& model, nn::TrainState state,
                        const std::atomic<bool>& interrupted) {
    using Clock = std::chrono::steady_clock;
    const Common& common = run.options.common;
    Clock::time_point saved = Clock::now();
    const Index already = state.rows_done, before = state.steps;
    TrainingCurves curves(state, nn::batches_of(run.examples.rows(), run.fit.batch));
    Progress progress(Progress::style(common.quiet), "rows");
    progress.draw_below([&](Index width) { return curves.text(width, stderr_takes_colour()); });
    nn::Fit fit = run.fit;
    fit.on_progress = [&](const nn::Progress& p) {
        const bool closed = p.batch == p.batches, first = is_first_step(p);
        curves.add(p);
        if (first) tell_of_old_run(run);
        const std::string note = "loss " + fixed(p.loss, 4) + "  accuracy " + percent(p.accuracy);
        progress.tell(text("epoch ", p.epoch + 1, "/", p.epochs), p.rows, run.examples.rows(), note, already);
        if (first || closed || interrupted || Clock::now() - saved >= checkpoint_interval) {
            keep(run, model, p);
            saved = Clock::now();
        }
        if (closed) {
            progress.end_line();
            say(common, text("epoch ", p.epoch + 1, "/", p.epochs, " done: ", result_text(p.state.history.back())));
        }
        return interrupted ? nn::Next::stop : nn::Next::go_on;
    };
    state = nn::fit(model, run.examples, fit, std::move(state));
    if (state.steps > before) progress.leave_below();
    return state;
}

Index told_epoch(const Run& run, const nn::TrainState& state) {
    const auto last = static_cast<Index>(state.history.size()) - 1;
    return run.options.patience > 0 ? nn::best_epoch(nn::judged_losses(state.history)) : last;
}

std::string result_text(const nn::EpochResult& e) {
    std::string words = "loss " + fixed(e.loss, 4) + "  accuracy " + percent(e.accuracy);
    if (!std::isnan(e.validation_loss))
        words += "  validation " + fixed(e.validation_loss, 4) + "  " + percent(e.validation_accuracy);
    return words;
}

void write_history(const Run& run, const std::vector<nn::EpochResult>& history) {
    io::Table table{{"epoch", "loss", "accuracy", "validation_loss", "validation_accuracy"}, {}};
    for (const nn::EpochResult& e : history)
        table.rows.push_back(
            {static_cast<double>(table.rows.size() + 1), e.loss, e.accuracy, e.validation_loss, e.validation_accuracy});
    io::write_csv(run.history, table);
}

}  // namespace gradpath::tools
