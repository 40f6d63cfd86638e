#include <gradpath/tools/commands/comparison_files.hpp>

#include <cmath>

#include <nlohmann/json.hpp>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/numbers.hpp>
#include <gradpath/tools/commands/subject_json.hpp>
#include <gradpath/tools/report/html.hpp>

namespace gradpath::tools {
namespace {

using attribution::joined;
using Json = nlohmann::ordered_json;

/// "insertion: best is idgi, not told apart from ig2; 9 others are worse beyond noise."
std::string sentence(const Verdict& v) {
    std::string words = text(v.measure, ": best is ", v.best);
    if (!v.alike.empty()) words += text(", not told apart from ", joined(v.alike, ", "));
    words +=
        v.behind.empty() ? "; no method is worse beyond noise" : text("; worse beyond noise: ", joined(v.behind, ", "));
    if (!v.controls_ahead.empty())
        words += text(". A control is better beyond noise (", joined(v.controls_ahead, ", "),
                      "), so this figure speaks for no method here");
    if (!v.controls_alike.empty())
        words += text(". It is not told apart from a control either (", joined(v.controls_alike, ", "),
                      "), so this figure decides nothing here");
    return words + ".";
}

std::vector<std::string> sentences(const Comparison& c) {
    std::vector<std::string> list;
    for (const Verdict& v : verdicts(c.contest, c.contestants)) list.push_back(sentence(v));
    return list;
}

Json number(double value) { return short_json(value, DType::float64); }

Json figures_json(const Contestant& c, const Contest& q) {
    Json figures = Json::object();
    for (const std::string& name : q.measures) {
        const MeanFigure mean = mean_figure(c, name);
        if (mean.rows == 0) continue;
        Json rows = Json::array();
        for (const double value : c.figures.at(name)) rows.push_back(number(value));
        figures[name] = {{"mean", number(mean.of.mean)},
                         {"low", number(mean.of.low)},
                         {"high", number(mean.of.high)},
                         {"rows", mean.rows},
                         {"per_row", rows}};
    }
    return figures;
}

std::string csv(const Comparison& comparison) {
    std::string lines = "method,control,metric,better,mean,low,high,rows,cost,seconds,complete\n";
    for (const Contestant& c : comparison.contestants)
        for (const std::string& name : comparison.contest.measures) {
            const MeanFigure mean = mean_figure(c, name);
            if (mean.rows == 0) continue;
            const Better better = find_measure(name).better;
            const auto ends = [](double value) { return std::isnan(value) ? std::string() : to_text(value); };
            lines +=
                text(c.name, ",", c.control ? "yes" : "no", ",", name, ",",
                     better == Better::high  ? "high"
                     : better == Better::low ? "low"
                                             : "",
                     ",", to_text(mean.of.mean), ",", ends(mean.of.low), ",", ends(mean.of.high), ",", mean.rows, ",",
                     to_text(c.cost), ",", to_text(c.seconds), ",", comparison.complete() ? "yes" : "no", "\n");
        }
    return lines;
}

}  // namespace

const char* arrow(Better better) { return better == Better::high ? " \u2191" : better == Better::low ? " \u2193" : ""; }

std::string Comparison::missing() const {
    return complete() ? "" : text("incomplete: ", contestants.size(), " of ", planned, " methods were done");
}

std::string comparison_text(const Comparison& comparison) {
    std::vector<std::vector<std::string>> rows{{"method", "cost"}};
    for (const std::string& name : comparison.contest.measures)
        rows.front().push_back(name + arrow(find_measure(name).better));
    for (const Contestant& c : comparison.contestants) {
        rows.push_back({c.name, short_number(c.cost, 3)});
        for (const std::string& name : comparison.contest.measures)
            rows.back().push_back(short_number(mean_figure(c, name).of.mean, 3));
    }
    std::string words = table_text(rows) + "\n";
    for (const std::string& line : sentences(comparison)) words += wrapped(line, 0);
    return comparison.complete() ? words : comparison.missing() + "\n" + words;
}

Json comparison_json(const Comparison& comparison) {
    const Contest& q = comparison.contest;
    Json methods = Json::array(), verdict_list = Json::array();
    for (const Contestant& c : comparison.contestants)
        methods.push_back({{"method", c.name},
                           {"control", c.control},
                           {"set", c.set},
                           {"cost", number(c.cost)},
                           {"seconds", number(c.seconds)},
                           {"notes", c.notes},
                           {"figures", figures_json(c, q)}});
    for (const Verdict& v : verdicts(q, comparison.contestants))
        verdict_list.push_back({{"metric", v.measure},
                                {"best", v.best},
                                {"alike", v.alike},
                                {"behind", v.behind},
                                {"controls_alike", v.controls_alike},
                                {"controls_ahead", v.controls_ahead}});
    return {{"schema", "gradpath.compare/1"},
            {"version", version()},
            {"complete", comparison.complete()},
            {"planned", comparison.planned},
            {"command", comparison.command},
            {"model", subject_json(q.subject)},
            {"data", comparison.data_name},
            {"images", q.x.rows()},
            {"target", q.target},
            {"budget", q.budget},
            {"seed", q.seed},
            {"seconds", number(comparison.seconds)},
            {"methods", methods},
            {"verdicts", verdict_list}};
}

void write_comparison(const std::filesystem::path& folder, const Comparison& comparison) {
    io::write_file(folder / "compare.csv", csv(comparison));
    write_html(folder / "compare.html", comparison_report(comparison));
    io::write_file(folder / "compare.json",
                   comparison_json(comparison).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace gradpath::tools
