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

/// "0.5 ± 0.42", or "0.25 (0 to 1.05)" where one end is further from the mean than the other.
std::string cell(const Contestant& c, const std::string& measure) {
    const MeanFigure figure = mean_figure(c, measure);
    if (figure.rows == 0) return "-";
    const auto [mean, low, high] = figure.of;
    const std::string middle = short_number(mean, 3), above = short_number(high - mean, 2);
    if (!(low < high)) return middle;
    if (short_number(mean - low, 2) == above) return text(middle, " ± ", above);
    return text(middle, " (", short_number(low, 3), " to ", short_number(high, 3), ")");
}

/// A figure with its arrow, on one line.
std::string marked(const std::string& measure) {
    const std::string_view mark = arrow(find_measure(measure).better);
    return mark.empty() ? measure : text(measure, "\u00a0", mark.substr(1));
}

Table figures_table(const Comparison& comparison) {
    Table table{.caption = text("Means over the ", rows_word(comparison.contest),
                                " with 95 % intervals, ± half of one or from end to end (Wilson's for shares, "
                                "probabilities and correlations, else Student's; none for what is of the values alone "
                                "and alike in all). \u2191: more is better, \u2193: less is better, else neither. "
                                "Cost: gradient evaluations for each, a forward pass counts half; ! is above the "
                                "budget."),
                .columns = {{"method"}, {"cost", true}},
                .rows = {},
                .sorts = true};
    for (const std::string& name : comparison.contest.measures) table.columns.push_back({marked(name), true});
    for (const Contestant& c : comparison.contestants) {
        std::vector<std::string>& row = table.rows.emplace_back(
            std::vector{c.control ? c.name + " (control)" : c.name, cost_text(comparison.contest, c)});
        for (const std::string& name : comparison.contest.measures) row.push_back(cell(c, name));
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

/// " Here 22 of 40 images have it.", where some have not; of the answer with the fewest.
std::string rows_that_have(const Comparison& comparison, const std::string& measure) {
    const auto rows = static_cast<std::size_t>(comparison.contest.x.rows());
    std::size_t fewest = rows;
    for (const Contestant& c : comparison.contestants)
        if (c.figures.contains(measure)) fewest = std::min(fewest, mean_figure(c, measure).rows);
    return fewest == rows ? "" : text(" Here ", fewest, " of ", rows, " ", rows_word(comparison.contest), " have it.");
}

Text figures_explained(const Comparison& comparison) {
    Text words;
    for (const std::string& name : comparison.contest.measures)
        words.paragraphs.push_back(
            text(marked(name), ": ", find_measure(name).words, ".", rows_that_have(comparison, name)));
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
    words.paragraphs.push_back(text(
        "By construction, deletion and masking, which keep to zero whatever --baseline says, suit methods whose "
        "baseline is zero, ",
        q.of_pictures() ? "insertion begins with a blurred picture and suits blur-ig, " : "",
        "infidelity suits gradient and what else has no baseline (of the others it takes a slope of 0 wherever the "
        "input equals the baseline), and what is scaled to its sum is complete. Costs differ from the budget where a "
        "method has neither steps "
        "nor samples, or needs more than that for its fewest."));
    return words;
}

std::vector<Block> at_a_glance(const Comparison& comparison) {
    std::vector<Block> blocks{facts_of(comparison), verdict_table(comparison), doubt(comparison.contest)};
    if (const std::string few = too_few_rows(comparison); !few.empty()) blocks.insert(blocks.begin(), Text{{few}});
    return blocks;
}

std::string subtitle(const Comparison& comparison) {
    if (!comparison.complete()) return comparison.missing();
    return text("Why does the model answer as it does? ", comparison.contestants.size(),
                " answers to that, measured on the same ", comparison.contest.x.rows(), " ",
                rows_word(comparison.contest), " in ", short_number(comparison.seconds, 3),
                " seconds. The command that made this page is at its end.");
}

}  // namespace

Report comparison_report(const Comparison& comparison) {
    const Contest& q = comparison.contest;
    Report report{.title = text(comparison.complete() ? "" : "Incomplete: ", "Methods compared on ",
                                std::filesystem::path(q.subject.name).filename().string()),
                  .subtitle = subtitle(comparison),
                  .sections = {{"At a glance", at_a_glance(comparison)}},
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
    add("Figures", std::vector<Block>{figures_table(comparison), figures_explained(comparison)});
    add("Curves", curve_charts(comparison));
    add("What ran", std::vector<Block>{methods_table(comparison)});
    return report;
}

}  // namespace gradpath::tools
