// The report of a comparison: plain data, which the writer of HTML shows.
#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/comparison_files.hpp>
#include <gradpath/tools/commands/format.hpp>

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

Table figures_table(const Comparison& comparison) {
    Table table{.caption =
                    "Means over the images with half of their 95 % intervals. \u2191: more is better, \u2193: "
                    "less is better, else neither. Cost: gradient evaluations per image, a forward pass "
                    "counts half.",
                .columns = {{"method"}, {"cost", true}},
                .rows = {}};
    for (const std::string& name : comparison.contest.measures)
        table.columns.push_back({name + arrow(find_measure(name).better), true});
    for (const Contestant& c : comparison.contestants) {
        std::vector<std::string>& row =
            table.rows.emplace_back(std::vector{c.control ? c.name + " (control)" : c.name, short_number(c.cost, 3)});
        for (const std::string& name : comparison.contest.measures) row.push_back(cell(c, name, 3));
    }
    return table;
}

Table methods_table(const Comparison& comparison) {
    Table table{.caption = "What each method was set to, and what it took in all.",
                .columns = {{"method"}, {"set to"}, {"cost", true}, {"seconds", true}, {"notes"}},
                .rows = {}};
    for (const Contestant& c : comparison.contestants)
        table.rows.push_back({c.name, set_text(c), short_number(c.cost, 3), short_number(c.seconds, 3),
                              c.notes.empty() ? "" : joined(c.notes, "; ")});
    return table;
}

std::string class_of(const Comparison& c, Index position) {
    const auto& names = c.contest.subject.class_names;
    const auto place = static_cast<std::size_t>(position);
    return place < names.size() ? names[place] : to_text(position);
}

/// One image under every method. Methods speak in different units, so each has a scale of its own.
std::vector<Block> maps_of(const Comparison& comparison, Index image) {
    const Tensor picture = slice(comparison.data.x, 0, image, image + 1);
    const Shape shape = picture.shape().slice(1, 4);
    Panels all{.panels = {{.title = "input", .light = paint_image(reshape(picture, shape)), .alt = "the input image"}}};
    Index clipped = 0, total = 0;
    for (const Contestant& c : comparison.contestants) {
        const std::vector<HeatColumn> one{{c.name, reshape(slice(c.values, 0, image, image + 1), shape)}};
        Panels row = heat_panels({}, one);
        row.panels.front().alt = text("heat map of ", c.name);
        row.panels.front().note = text("\u00b1", short_number(row.scale.limit, 3));
        all.panels.push_back(std::move(row.panels.front()));
        clipped += row.scale.clipped, total += row.scale.total;
    }
    const auto r = static_cast<std::size_t>(image);
    all.caption =
        text("Image ", image, ": predicted ", class_of(comparison, comparison.contest.target[r]), ", labelled ",
             class_of(comparison, comparison.data.labels[image]),
             ". Red speaks for the class, blue against it. Each map has its own scale, the number below it, at "
             "the 99th percentile of |a|; ",
             clipped, " of ", total, " numbers are clipped.");
    return {all};
}

Facts facts_of(const Comparison& comparison) {
    Facts facts{{{"methods", to_text(static_cast<Index>(comparison.contestants.size())),
                  comparison.complete() ? "with controls" : comparison.missing()},
                 {"images", to_text(comparison.contest.x.rows()), comparison.data_name},
                 {"budget", to_text(comparison.contest.budget), "gradient evaluations per image"}}};
    double least = INFINITY;
    const Contestant* best = nullptr;
    for (const Contestant& c : comparison.contestants) {
        const MeanFigure mean = mean_figure(c, "completeness");
        if (mean.rows > 0 && mean.of.mean < least) least = mean.of.mean, best = &c;
    }
    if (best) facts.facts.push_back({"most complete", best->name, text("mean relative gap ", short_number(least, 3))});
    return facts;
}

Text figures_explained(const Contest& q) {
    Text words;
    for (const std::string& name : q.measures) {
        const Measure& m = find_measure(name);
        words.paragraphs.push_back(text(name, arrow(m.better), ": ", m.words, "."));
    }
    words.paragraphs.emplace_back(
        "None of them says that an explanation is true. Controls know nothing of the model: where one does as well as "
        "a "
        "method, the figure does not speak for the method.");
    return words;
}

Table verdict_table(const Comparison& comparison) {
    Table table{
        .caption = "What the figures tell apart: paired bootstrap over the images, Holm's correction, 5 %.",
        .columns = {{"metric"}, {"best"}, {"not told apart from it"}, {"worse beyond noise"}, {"controls as good"}},
        .rows = {}};
    for (const Verdict& v : verdicts(comparison.contest, comparison.contestants))
        table.rows.push_back(
            {v.measure, v.best, joined(v.alike, ", "), joined(v.behind, ", "), joined(v.controls_alike, ", ")});
    return table;
}

Text doubt() {
    return {
        {"Where a control, which knows nothing of the model, is as good as the best, the figure decides nothing. "
         "The best is chosen from the same images: a narrow lead should be looked at with others.",
         "By construction, deletion and masking suit methods whose baseline is zero, insertion begins with a "
         "blurred picture and suits blur-ig, and what is scaled to its sum is complete. Costs differ from the "
         "budget where a method has neither steps nor samples, or needs more than that for its fewest."}};
}

/// The five methods best by a figure, from the best, and chance.
std::vector<const Contestant*> shown(const Comparison& comparison, const Measure& m) {
    std::vector<const Contestant*> list;
    for (const Contestant& c : comparison.contestants)
        if (c.curves.contains(m.name) && !c.control) list.push_back(&c);
    const double sign = m.better == Better::low ? 1 : -1;
    std::ranges::stable_sort(list, {}, [&](const Contestant* c) { return sign * mean_figure(*c, m.name).of.mean; });
    list.resize(std::min<std::size_t>(list.size(), 5));
    for (const Contestant& c : comparison.contestants)
        if (c.name == "random" && c.curves.contains(m.name)) list.push_back(&c);
    return list;
}

std::vector<Block> curves_of(const Comparison& comparison) {
    std::vector<Block> blocks;
    for (const std::string& name : comparison.contest.measures) {
        const Measure& m = find_measure(name);
        Chart chart{.title = name,
                    .x_label = name == "insertion" ? "share of pixels put in" : "share of pixels removed",
                    .y_label = "probability of the class",
                    .alt = text(name, " curves of the best methods and of chance"),
                    .curves = {},
                    .caption = text("Means over the images with 95 % bands; the five best methods, and chance. Here ",
                                    m.better == Better::high ? "high" : "low", " is good.")};
        for (const Contestant* c : shown(comparison, m)) {
            const MeanCurve& curve = c->curves.at(name);
            chart.curves.push_back({c->name, curve.x, curve.y, curve.low, curve.high});
        }
        if (!chart.curves.empty()) blocks.emplace_back(std::move(chart));
    }
    return blocks;
}

}  // namespace

Report comparison_report(const Comparison& comparison) {
    const Contest& q = comparison.contest;
    Report report{.title = text(comparison.complete() ? "" : "Incomplete: ", "Methods compared on ", q.subject.name),
                  .subtitle = comparison.complete() ? text("Seconds in all: ", short_number(comparison.seconds, 3))
                                                    : comparison.missing(),
                  .sections = {{"At a glance", {facts_of(comparison), verdict_table(comparison), doubt()}},
                               {"Figures", {figures_table(comparison), figures_explained(q)}},
                               {"Curves", curves_of(comparison)},
                               {"What ran", {methods_table(comparison)}}},
                  .provenance = {{"command", comparison.command},
                                 {"model", text(q.subject.name, ", ", q.subject.hash)},
                                 {"data", comparison.data_name},
                                 {"seed", std::to_string(q.seed)},
                                 {"gradpath", version()},
                                 {"instruction set", isa()},
                                 {"threads", std::to_string(threads())},
                                 {"dtype", to_text(q.x.dtype())}}};
    Section seen{"How the answers look", {}};
    for (Index image = 0; q.of_pictures() && image < std::min(Index{3}, q.x.rows()); ++image)
        for (Block& block : maps_of(comparison, image)) seen.blocks.push_back(std::move(block));
    if (!seen.blocks.empty()) report.sections.insert(report.sections.begin() + 1, std::move(seen));
    return report;
}

}  // namespace gradpath::tools
