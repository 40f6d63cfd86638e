#include <gradpath/tools/commands/comparison_files.hpp>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/comparison_pictures.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/numbers.hpp>
#include <gradpath/tools/commands/subject_json.hpp>
#include <gradpath/tools/report/html.hpp>

namespace gradpath::tools {
namespace {

using attribution::joined;
using Json = nlohmann::ordered_json;

/// "; better beyond noise than random, constant"
std::string clause(const char* words, const std::vector<std::string>& names) {
    return names.empty() ? "" : text(words, joined(names, ", "));
}

/// Of one method there is nothing to win.
std::string sentence_alone(const Verdict& v) {
    return text(v.measure, ": ", v.best, " is the only method that has it, so nothing is compared but controls",
                clause("; it is better beyond noise than ", v.controls_behind),
                clause("; it is not told apart from ", v.controls_alike),
                clause("; it is worse beyond noise than ", v.controls_ahead), ".");
}

/// "insertion: best is idgi, not told apart from ig2; 9 others are worse beyond noise."
std::string sentence(const Verdict& v) {
    if (v.alone()) return sentence_alone(v);
    std::string words = text(v.measure, ": best is ", v.best, clause(", not told apart from ", v.alike));
    words += v.behind.empty() ? "; no method is worse beyond noise" : clause("; worse beyond noise: ", v.behind);
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
        figures[name] = {{"interval", mean.of.low < mean.of.high ? find_measure(name).interval() : "none"},
                         {"mean", number(mean.of.mean)},
                         {"low", number(mean.of.low)},
                         {"high", number(mean.of.high)},
                         {"rows", mean.rows},
                         {"per_row", rows}};
    }
    return figures;
}

Json refusals_json(const std::vector<Refusal>& list) {
    Json all = Json::array();
    for (const Refusal& one : list) all.push_back({{"method", one.name}, {"reason", one.reason}});
    return all;
}

Json question_json(const Comparison& c) {
    const auto given = [](const std::string& words) { return words.empty() ? Json() : Json(words); };
    return {{"target", given(c.question.target)},
            {"output", c.question.output},
            {"baseline", given(c.question.baseline)},
            {"groups", given(c.question.groups)},
            {"locate", given(c.question.region)}};
}

/// Notes that several methods have stand once.
std::string notes_text(const Comparison& comparison) {
    std::vector<std::pair<std::string, std::vector<std::string>>> notes;
    for (const Contestant& c : comparison.contestants)
        for (const std::string& note : c.notes) {
            auto found = std::ranges::find(notes, note, &decltype(notes)::value_type::first);
            if (found == notes.end()) found = notes.insert(found, {note, {}});
            found->second.push_back(c.name);
        }
    std::string words;
    for (const auto& [note, names] : notes) words += wrapped(text("note: ", joined(names, ", "), ": ", note), 0);
    for (const Refusal& one : comparison.left_out) words += wrapped("left out: " + one.words(), 0);
    for (const Refusal& one : comparison.failed) words += wrapped("failed: " + one.words(), 0);
    return words;
}

std::string csv(const Comparison& comparison) {
    std::string lines = "method,control,metric,better,mean,low,high,rows,cost,seconds,complete,over_budget\n";
    for (const Contestant& c : comparison.contestants)
        for (const std::string& name : comparison.contest.measures) {
            const MeanFigure mean = mean_figure(c, name);
            if (mean.rows == 0) continue;
            const Better better = find_measure(name).better;
            const auto ends = [](double value) { return std::isnan(value) ? std::string() : to_text(value); };
            lines += text(c.name, ",", c.control ? "yes" : "no", ",", name, ",",
                          better == Better::high  ? "high"
                          : better == Better::low ? "low"
                                                  : "",
                          ",", to_text(mean.of.mean), ",", ends(mean.of.low), ",", ends(mean.of.high), ",", mean.rows,
                          ",", to_text(c.cost), ",", to_text(c.seconds), ",", comparison.complete() ? "yes" : "no", ",",
                          over_budget(comparison.contest, c.cost) ? "yes" : "no", "\n");
        }
    return lines;
}

}  // namespace

const char* arrow(Better better) { return better == Better::high ? " \u2191" : better == Better::low ? " \u2193" : ""; }

std::vector<std::string> Comparison::missing_methods() const {
    std::vector<std::string> names = contest.methods;
    std::erase_if(names, [&](const std::string& name) {
        return std::ranges::count(contestants, name, &Contestant::name) +
                   std::ranges::count(failed, name, &Refusal::name) >
               0;
    });
    return names;
}

std::string Comparison::missing() const {
    if (complete()) return {};
    return text("incomplete: ", contestants.size(), " of ", planned,
                " methods were done; missing: ", joined(missing_methods(), ", "));
}

void add_answer(Comparison& comparison, const Entrant& entrant) {
    try {
        Contestant c = answer_of(comparison.contest, entrant);
        measure(comparison.contest, c);
        comparison.contestants.push_back(std::move(c));
    } catch (const Cancelled&) {
        throw;
    } catch (const std::exception& error) {
        comparison.failed.push_back({entrant.name, error.what()});
    }
}

std::string cost_text(const Contest& q, const Contestant& c) {
    return short_number(c.cost, 3) + (over_budget(q, c.cost) ? " !" : "");
}

std::string question_text(const Comparison& c) {
    const QuestionWords& q = c.question;
    const auto given = [](const char* name, const std::string& words) { return words.empty() ? "" : name + words; };
    return text(q.target.empty() ? "" : text("target ", q.target, ", "), "output ", q.output, ", baseline ",
                q.baseline.empty() ? "each method's own" : q.baseline, given(", groups ", q.groups),
                given(", evidence in ", q.region));
}

std::string too_few_rows(const Comparison& c) {
    const Contest& q = c.contest;
    const std::size_t answers = c.contestants.size(), needed = least_rows(answers);
    const Index rows = q.x.rows();
    const bool tells = std::ranges::any_of(
        q.measures, [](const std::string& name) { return find_measure(name).better != Better::neither; });
    if (!tells || rows >= static_cast<Index>(needed)) return {};
    const char* one = q.of_pictures() ? " image is" : " row is";
    return text(rows, rows == 1 ? std::string(one) : text(" ", rows_word(q), " are"), " too few to tell ", answers,
                " answers apart: take at least ", needed, ".");
}

std::string comparison_text(const Comparison& comparison) {
    std::vector<std::vector<std::string>> rows{{"method", "cost"}};
    for (const std::string& name : comparison.contest.measures)
        rows.front().push_back(name + arrow(find_measure(name).better));
    bool marked = false;
    for (const Contestant& c : comparison.contestants) {
        rows.push_back({c.name, cost_text(comparison.contest, c)});
        marked = marked || over_budget(comparison.contest, c.cost);
        for (const std::string& name : comparison.contest.measures)
            rows.back().push_back(short_number(mean_figure(c, name).of.mean, 3));
    }
    std::string words = table_text(rows) + "\n";
    if (marked) words += text("! above the budget of ", comparison.contest.budget, " gradient evaluations a row\n");
    words += notes_text(comparison);
    for (const std::string& line : sentences(comparison)) words += wrapped(line, 0);
    if (const std::string few = too_few_rows(comparison); !few.empty()) words = few + "\n" + words;
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
                           {"over_budget", over_budget(q, c.cost)},
                           {"seconds", number(c.seconds)},
                           {"notes", c.notes},
                           {"figures", figures_json(c, q)}});
    for (const Verdict& v : verdicts(q, comparison.contestants))
        verdict_list.push_back({{"metric", v.measure},
                                {"best", v.best},
                                {"alike", v.alike},
                                {"behind", v.behind},
                                {"controls_alike", v.controls_alike},
                                {"controls_ahead", v.controls_ahead},
                                {"controls_behind", v.controls_behind},
                                {"alone", v.alone()}});
    return {{"schema", "gradpath.compare/1"},
            {"version", version()},
            {"complete", comparison.complete()},
            {"planned", comparison.planned},
            {"missing", comparison.missing_methods()},
            {"left_out", refusals_json(comparison.left_out)},
            {"failed", refusals_json(comparison.failed)},
            {"command", comparison.command},
            {"model", subject_json(q.subject)},
            {"data", comparison.data_name},
            {"data_hash", comparison.data_hash},
            {"isa", isa()},
            {"threads", threads()},
            {"dtype", to_text(q.x.dtype())},
            {"question", question_json(comparison)},
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
    io::write_file(folder / "compare.json", json_text(comparison_json(comparison)));
}

}  // namespace gradpath::tools
