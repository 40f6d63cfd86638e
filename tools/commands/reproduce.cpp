// Runs an experiment, and writes what it found as it is found: an interrupted study leaves what it had, marked as such,
// but never in the place of a whole one.
#include <chrono>

#include <nlohmann/json.hpp>

#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/provenance.hpp>
#include <gradpath/tools/commands/study_files.hpp>

namespace gradpath::tools {
namespace {

const Experiment& find_experiment(const std::string& name) {
    std::vector<std::string> names;
    std::string list;
    for (const Experiment& experiment : experiments()) {
        if (name == experiment.name) return experiment;
        names.emplace_back(experiment.name);
        list += text(list.empty() ? "" : ", ", experiment.name);
    }
    throw UsageError(
        text("reproduce: there is no experiment \"", name, "\"", did_you_mean(name, names), "; there are: ", list));
}

/// Names and summaries, a line each.
std::string catalogue() {
    std::vector<std::vector<std::string>> rows{{"Experiments:", ""}};
    for (const Experiment& experiment : experiments())
        rows.push_back({text("  ", experiment.name), experiment.summary});
    std::string lines = table_text(rows, {0, 1});
    lines.pop_back();  // the line end
    return lines;
}

/// The rows on stdout, unless they are in files and no document was asked for.
void tell(const StudyRun& run, const Study& study, bool in_files) {
    if (run.common.json) print_json(study_json(run, study));
    else if (!in_files) print(study_text(run, study));
}

/// Runs it, and keeps what it knows so far.
Exit run_study(StudyRun run, ExperimentOptions options) {
    const auto start = std::chrono::steady_clock::now();
    const auto clock = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
    const std::filesystem::path& out = run.common.out;
    const std::string page = (out / (std::string(run.experiment.name) + ".html")).string();
    const bool stays = holds_whole(run), parts = !out.empty() && !stays;
    if (stays) say(run.common, page + " is whole: it stays until this study is");
    std::optional<Study> known;
    options.keep = [&](const Study& so_far, const std::string& done) {
        known = so_far;
        run.done = done;
        run.seconds = clock();
        if (parts) write_study(run, so_far);
    };
    try {
        known = run.experiment.run(options);
        run.done.clear();
    } catch (const Cancelled&) {
        if (!known) throw;
        tell(run, *known, parts);
        say(run.common, text("interrupted; ", run.missing(), parts ? ", and are in " + page : ""));
        return Exit::interrupted;
    }
    run.seconds = clock();
    if (!out.empty()) {
        write_study(run, *known);
        say(run.common, "wrote " + page);
    }
    tell(run, *known, !out.empty());
    return known->met ? Exit::fine : Exit::not_met;
}

}  // namespace

Exit reproduce(Words words, const std::atomic<bool>& interrupted) {
    Common common;
    std::string name, model, input;
    bool quick = false, full = false;
    const std::string about =
        "Runs an experiment and writes its table (CSV, JSON) and a report (HTML).\n\n" + catalogue();
    Arguments arguments("reproduce", about,
                        "gradpath reproduce quadrature --quick --out study\ngradpath reproduce axioms --json\n"
                        "gradpath reproduce half-moons --out study\n"
                        "gradpath reproduce quadrature --model run/model.safetensors --input "
                        "data:fashion-mnist:test:0,1,2,3");
    arguments.positional("EXPERIMENT", name, "its name");
    arguments.flag("--quick", quick, "fewer functions, inputs, epochs and steps");
    arguments.flag("--full", full, "for half-moons: ablations and the variational solver at every seed");
    arguments.option("--model", "FILE", model, "for geodesics, quadrature and randomisation: measure on this network");
    arguments.option("--input", "X", input, "its inputs, such as data:fashion-mnist:test:0,1,2,3");
    add_common(arguments, common);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    require_given(arguments, "EXPERIMENT", name);
    const Experiment& experiment = find_experiment(name);
    require<UsageError>(model.empty() || experiment.takes_model, "reproduce: ", name, " takes no --model");
    require<UsageError>(model.empty() == input.empty(), "reproduce: --model and --input go together");
    apply(common);

    return run_study({experiment, common, command_line("reproduce", words), quick, full},
                     {common, quick, interrupted, model, input, full});
}

}  // namespace gradpath::tools
