// The report of a comparison: plain data, which the writer of HTML shows.
#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/comparison_pictures.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/provenance.hpp>

namespace gradpath::tools {
namespace {

using attribution::joined;

std::string set_text(const Contestant& c) {
    std::vector<std::string> words;
    for (const auto& [name, value] : c.set) words.push_back(text(name, " ", value));
    return joined(words, ", ");
}

std::string cell(const Contestant& c, const std::string& measure, int digits) {
    const MeanFigure mean = mean_figure(c, measure);
    if (mean.rows == 0) return "-";
    const std::string middle = short_number(mean.of.mean, digits);
    return mean.of.low < mean.of.high ? text(middle, " ± ", short_number((mean.of.high - mean.of.low) / 2, 2)) : middle;
}

/// A figure with its arrow, on one line.
std::string marked(const std::string& measure) {
    const std::string_view mark = arrow(find_measure(measure).better);
    return mark.empty() ? measure : text(measure, "\u00a0", mark.substr(1));
}

Table figures_table(const Comparison& comparison) {
    Table table{.caption = text("Means over the ", rows_word(comparison.contest),
                                " with half of their 95 % intervals (Wilson's for shares, probabilities and "
                                "correlations, else Student's). \u2191: more is better, \u2193: less is better, else "
                                "neither. Cost: gradient evaluations for each, a forward pass counts half; ! is above "
                                "the budget."),
                .columns = {{"method"}, {"cost", true}},
                .rows = {},
                .sorts = true};
    for (const std::string& name : comparison.contest.measures) table.columns.push_back({marked(name), true});
    for (const Contestant& c : comparison.contestants) {
        std::vector<std::string>& row = table.rows.emplace_back(
            std::vector{c.control ? c.name + " (control)" : c.name, cost_text(comparison.contest, c)});
        for (const std::string& name : comparison.contest.measures) row.push_back(cell(c, name, 3));
    }
    return table;
}

Table methods_table(const Comparison& comparison) {
    Table table{.caption = "What each method was set to, and what it took in all.",
                .columns = {{"method"}, {"set to"}, {"cost", true}, {"seconds", true}, {"notes"}},
                .rows = {},
                .sorts = true};
    for (const Contestant& c : comparison.contestants)
        table.rows.push_back({c.name, set_text(c), short_number(c.cost, 3), short_number(c.seconds, 3),
                              c.notes.empty() ? "" : joined(c.notes, "; ")});
    for (const Refusal& one : comparison.failed)
        table.rows.push_back({one.name, "", "-", "-", "failed: " + one.reason});
    for (const Refusal& one : comparison.left_out)
        table.rows.push_back({one.name, "", "-", "-", "left out: " + one.reason});
    return table;
}

Facts facts_of(const Comparison& comparison) {
    Facts facts{{{"methods", to_text(static_cast<Index>(comparison.contestants.size())),
                  comparison.complete() ? "with controls" : comparison.missing()},
                 {rows_word(comparison.contest), to_text(comparison.contest.x.rows()), comparison.data_name},
                 {"budget", to_text(comparison.contest.budget), "gradient evaluations for each"}}};
    if (const Contestant* best = most_complete(comparison))
        facts.facts.push_back(
            {"most complete", best->name,
             text("mean relative gap ", short_number(mean_figure(*best, "completeness").of.mean, 3))});
    return facts;
}

Text figures_explained(const Contest& q) {
    Text words;
    for (const std::string& name : q.measures) {
        const Measure& m = find_measure(name);
        words.paragraphs.push_back(text(marked(name), ": ", m.words, "."));
    }
    words.paragraphs.emplace_back(
        "None of them says that an explanation is true. Controls know nothing of the model: where one does as well as "
        "a "
        "method, the figure does not speak for the method.");
    return words;
}

Table verdict_table(const Comparison& comparison) {
    Table table{.caption = text("What the figures tell apart: paired bootstrap over the ",
                                rows_word(comparison.contest), ", Holm's correction, 5 %."),
                .columns = {{"metric"},
                            {"best"},
                            {"not told apart from it"},
                            {"worse beyond noise"},
                            {"controls as good"},
                            {"controls that are better"}},
                .rows = {}};
    for (const Verdict& v : verdicts(comparison.contest, comparison.contestants)) {
        const bool all = v.alike.empty() && v.behind.size() > 3;
        table.rows.push_back({marked(v.measure), v.alone() ? v.best + " (the only one)" : v.best, joined(v.alike, ", "),
                              all ? text("all ", v.behind.size(), " others") : joined(v.behind, ", "),
                              joined(v.controls_alike, ", "), joined(v.controls_ahead, ", ")});
    }
    return table;
}

Text doubt(const Contest& q) {
    Text words{
        {text("Where a control, which knows nothing of the model, is as good as the best, the figure decides nothing. "
              "The best is chosen from the same ",
              rows_word(q), ": a narrow lead should be looked at with others.")}};
    words.paragraphs.push_back(
        text("By construction, deletion and masking suit methods whose baseline is zero, ",
             q.of_pictures() ? "insertion begins with a blurred picture and suits blur-ig, " : "",
             "and what is scaled to its sum is complete. Costs differ from the budget where a method has neither steps "
             "nor samples, or needs more than that for its fewest."));
    return words;
}

std::string subtitle(const Comparison& comparison) {
    if (!comparison.complete()) return comparison.missing();
    return text("Why does the model answer as it does? ", comparison.contest.methods.size(),
                " answers to that, measured on the same ", comparison.contest.x.rows(), " rows in ",
                short_number(comparison.seconds, 3), " seconds. The command that made this page is at its end.");
}

}  // namespace

Report comparison_report(const Comparison& comparison) {
    const Contest& q = comparison.contest;
    Report report{.title = text(comparison.complete() ? "" : "Incomplete: ", "Methods compared on ",
                                std::filesystem::path(q.subject.name).filename().string()),
                  .subtitle = subtitle(comparison),
                  .sections = {{"At a glance", {facts_of(comparison), verdict_table(comparison), doubt(q)}}},
                  .provenance = {{"command", comparison.command},
                                 {"model", text(q.subject.name, ", ", q.subject.hash)},
                                 {"data", text(comparison.data_name, ", ", comparison.data_hash)},
                                 {"prepared", prepared_text(q.subject.ends)},
                                 {"question", question_text(comparison)},
                                 {"seed", std::to_string(q.seed)},
                                 {"gradpath", version()},
                                 {"instruction set", isa()},
                                 {"threads", std::to_string(threads())},
                                 {"dtype", to_text(q.x.dtype())}}};
    const auto add = [&](const char* title, auto blocks) {
        if (!blocks.empty()) report.sections.push_back({title, {blocks.begin(), blocks.end()}});
    };
    add("One answer, looked at closely", closer_look(comparison));
    std::vector<Block> maps;
    for (Index image = 0; image < std::min(Index{3}, q.x.rows()); ++image)
        std::ranges::move(map_blocks(comparison, image), std::back_inserter(maps));
    add("How the answers look", maps);
    add("Figures", std::vector<Block>{figures_table(comparison), figures_explained(q)});
    add("Curves", curve_charts(comparison));
    add("What ran", std::vector<Block>{methods_table(comparison)});
    return report;
}

}  // namespace gradpath::tools
