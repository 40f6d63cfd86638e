// What a study found, written down. A page says how it was made, and whether it is whole.
#include <gradpath/tools/commands/study_files.hpp>

#include <algorithm>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/numbers.hpp>
#include <gradpath/tools/report/html.hpp>

namespace gradpath::tools {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) { return value ? short_json(*value, DType::float64) : Json(nullptr); }

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
    std::string lines = text("method,figure,value,low,high,paper,note", areas ? ",auc,paper_auc" : "", "\n");
    for (const StudyRow& row : study.rows) {
        lines += text(quoted(row.method), ",", quoted(row.figure), ",", to_text(row.value), ",", cell(row.low), ",",
                      cell(row.high), ",", cell(row.paper), ",", quoted(row.note));
        lines += areas ? text(",", cell(row.auc), ",", cell(row.paper_auc), "\n") : "\n";
    }
    return lines;
}

/// Rows for people: methods down, figures across.
std::vector<std::vector<std::string>> cells(const Study& study) {
    const bool areas = has_areas(study);
    std::vector<std::vector<std::string>> rows{{"method", "figure", "value", "low", "high", "paper"}};
    if (areas) rows.back().insert(rows.back().end(), {"auc", "paper's auc"});
    const auto cell = [](const std::optional<double>& value) { return value ? short_number(*value, 3) : ""; };
    for (const StudyRow& row : study.rows) {
        rows.push_back({row.method, row.figure, cell(row.value), cell(row.low), cell(row.high), cell(row.paper)});
        if (areas) rows.back().insert(rows.back().end(), {cell(row.auc), cell(row.paper_auc)});
    }
    return rows;
}

/// What there is before the study has a story to tell.
Section rows_section(const Study& study) {
    const std::vector<std::vector<std::string>> rows = cells(study);
    Table table{.caption = "What was found so far.", .columns = {}, .rows = {rows.begin() + 1, rows.end()}};
    for (const std::string& title : rows[0]) table.columns.push_back({title, title != "method" && title != "figure"});
    return {"Rows", {std::move(table)}};
}

std::string size_of(const StudyRun& run) {
    if (run.quick) return "a short run (--quick): not the figures of the study";
    return run.full ? "whole, with what takes long (--full)" : "whole";
}

void add_provenance(const StudyRun& run, const Study& study, Report& report) {
    report.provenance = {{"command", run.command}, {"size", size_of(run)}};
    for (const StudyData& data : study.data) report.provenance.emplace_back("data", data.words + ", " + data.hash);
    const std::pair<std::string, std::string> rest[] = {{"seed", std::to_string(run.common.seed)},
                                                        {"gradpath", version()},
                                                        {"instruction set", isa()},
                                                        {"threads", std::to_string(threads())},
                                                        {"dtype", to_text(study.dtype)}};
    report.provenance.insert(report.provenance.end(), std::begin(rest), std::end(rest));
}

/// With what every page says: how much of the study it shows, and how it was made.
Report page_of(const StudyRun& run, const Study& study) {
    Report report = study.report;
    if (report.title.empty()) report.title = run.experiment.summary;
    const auto add = [&](const std::string& sentence) {
        report.subtitle += report.subtitle.empty() ? sentence : " " + sentence;
    };
    if (run.quick) add("This was a short run (--quick), whose figures are not those of the study.");
    if (!run.complete()) {
        report.title = "Incomplete: " + report.title;
        add("The study had not come to its end when this was written; " + run.missing() + ".");
    }
    if (report.sections.empty()) report.sections.push_back(rows_section(study));
    add_provenance(run, study, report);
    return report;
}

}  // namespace

nlohmann::ordered_json study_json(const StudyRun& run, const Study& study) {
    Json rows = Json::array(), data = Json::array();
    for (const StudyRow& row : study.rows) {
        rows.push_back({{"method", row.method},
                        {"figure", row.figure},
                        {"value", number(row.value)},
                        {"low", number(row.low)},
                        {"high", number(row.high)},
                        {"paper", number(row.paper)},
                        {"note", row.note}});
        if (row.auc) rows.back()["auc"] = number(row.auc);
        if (row.paper_auc) rows.back()["paper_auc"] = number(row.paper_auc);
    }
    for (const StudyData& d : study.data) data.push_back({{"words", d.words}, {"hash", d.hash}});
    return {{"schema", "gradpath.reproduce/1"}, {"experiment", run.experiment.name},
            {"command", run.command},           {"quick", run.quick},
            {"complete", run.complete()},       {"done", run.complete() ? Json(nullptr) : Json(run.done)},
            {"seed", run.common.seed},          {"data", data},
            {"seconds", run.seconds},           {"rows", rows}};
}

std::string study_text(const StudyRun& run, const Study& study) {
    return table_text(cells(study), {0, 1}) + (run.complete() ? "" : "\n" + run.missing() + "\n");
}

bool holds_whole(const StudyRun& run) {
    const std::filesystem::path file = run.common.out / (std::string(run.experiment.name) + ".json");
    if (run.common.out.empty() || !std::filesystem::is_regular_file(file)) return false;
    const Json document = Json::parse(io::read_file(file), nullptr, false);
    return document.is_object() && document.contains("complete") && document["complete"] == true;
}

void write_study(const StudyRun& run, Study study) {
    study.report = page_of(run, study);
    make_folder(run.common.out);
    const std::string name = run.experiment.name;
    writing([&] {
        io::write_file(run.common.out / (name + ".csv"), csv(study));
        write_html(run.common.out / (name + ".html"), study.report);
        io::write_file(run.common.out / (name + ".json"), json_text(study_json(run, study)));
    });
}

}  // namespace gradpath::tools
