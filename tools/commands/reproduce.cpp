// Runs an experiment and writes its numbers as CSV and JSON and its story as HTML; each file is whole or not there.
#include <algorithm>
#include <chrono>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/numbers.hpp>
#include <gradpath/tools/experiments/experiment.hpp>
#include <gradpath/tools/report/html.hpp>

namespace gradpath::tools {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) { return value ? short_json(*value, DType::float64) : Json(nullptr); }

Json document(const Experiment& experiment, const Study& study, bool quick, double seconds) {
    Json rows = Json::array();
    for (const StudyRow& row : study.rows) {
        rows.push_back({{"method", row.method},
                        {"figure", row.figure},
                        {"value", number(row.value)},
                        {"low", number(row.low)},
                        {"high", number(row.high)},
                        {"paper", number(row.paper)},
                        {"note", row.note}});
        if (row.auc) rows.back()["auc"] = number(row.auc);
    }
    return {{"schema", "gradpath.reproduce/1"},
            {"experiment", experiment.name},
            {"quick", quick},
            {"seconds", seconds},
            {"rows", rows}};
}

bool has_areas(const Study& study) {
    return std::ranges::any_of(study.rows, [](const StudyRow& row) { return row.auc.has_value(); });
}

/// A field of CSV: in quotes, those inside doubled (RFC 4180).
std::string quoted(const std::string& field) {
    std::string out = "\"";
    for (const char letter : field) out += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    return out + "\"";
}

std::string csv(const Study& study) {
    const auto cell = [](const std::optional<double>& value) { return value ? to_text(*value) : std::string(); };
    const bool areas = has_areas(study);
    std::string lines = text("method,figure,value,low,high,paper,note", areas ? ",auc" : "", "\n");
    for (const StudyRow& row : study.rows)
        lines +=
            text(quoted(row.method), ",", quoted(row.figure), ",", to_text(row.value), ",", cell(row.low), ",",
                 cell(row.high), ",", cell(row.paper), ",", quoted(row.note), areas ? "," : "", cell(row.auc), "\n");
    return lines;
}

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

void write_study(const Common& common, const Experiment& experiment, Study& study, const Json& json) {
    study.report.provenance = {{"gradpath", version()},
                               {"instruction set", isa()},
                               {"threads", std::to_string(threads())},
                               {"seed", std::to_string(common.seed)},
                               {"dtype", to_text(study.dtype)}};
    make_folder(common.out);
    const std::string name = experiment.name;
    writing([&] {
        io::write_file(common.out / (name + ".csv"), csv(study));
        write_html(common.out / (name + ".html"), study.report);
        io::write_file(common.out / (name + ".json"), json.dump(2) + "\n");
    });
    say(common, "wrote " + (common.out / (name + ".html")).string());
}

std::string listing(const Study& study) {
    const bool areas = has_areas(study);
    std::vector<std::vector<std::string>> rows{{"method", "figure", "value", "low", "high"}};
    if (areas) rows.back().push_back("auc");
    rows.back().push_back("paper");
    const auto cell = [](const std::optional<double>& value) { return value ? short_number(*value, 3) : ""; };
    for (const StudyRow& row : study.rows) {
        rows.push_back({row.method, row.figure, cell(row.value), cell(row.low), cell(row.high)});
        if (areas) rows.back().push_back(cell(row.auc));
        rows.back().push_back(cell(row.paper));
    }
    return table_text(rows, {0, 1});
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

    const auto start = std::chrono::steady_clock::now();
    Study study = experiment.run({common, quick, interrupted, model, input, full});
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const Json json = document(experiment, study, quick, seconds);
    if (!common.out.empty()) write_study(common, experiment, study, json);
    if (common.json) print_json(json);
    else if (common.out.empty()) print(listing(study));
    return study.met ? Exit::fine : Exit::not_met;
}

}  // namespace gradpath::tools
