#include <gradpath/tools/commands/comparison_files.hpp>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include <gradpath/attribution/quality/confidence.hpp>
#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/numbers.hpp>
#include <gradpath/tools/report/html.hpp>

namespace gradpath::tools {
namespace {

using attribution::quality::Confidence;
using Json = nlohmann::ordered_json;

/// Over the rows that have the figure; none: NaN.
struct Mean {
    Confidence of{NAN, NAN, NAN};
    std::size_t rows = 0;
};
Mean mean_of(const Contestant& c, const std::string& measure) {
    const auto found = c.figures.find(measure);
    if (found == c.figures.end()) return {};
    std::vector<double> numbers;
    std::ranges::copy_if(found->second, std::back_inserter(numbers), [](double number) { return !std::isnan(number); });
    if (numbers.empty()) return {};
    return {attribution::quality::confidence(numbers), numbers.size()};
}

std::string joined(const std::vector<std::string>& names) {
    std::string words;
    for (const std::string& name : names) words += (words.empty() ? "" : ", ") + name;
    return words;
}

std::string set_text(const Contestant& c) {
    std::vector<std::string> words;
    for (const auto& [name, value] : c.set) words.push_back(text(name, " ", value));
    return joined(words);
}

const char* arrow(Better better) { return better == Better::high ? " \u2191" : better == Better::low ? " \u2193" : ""; }

/// "insertion: best is idgi, not told apart from ig2; 9 others are worse beyond noise."
std::string sentence(const Verdict& v) {
    std::string words = text(v.measure, ": best is ", v.best);
    if (!v.alike.empty()) words += text(", not told apart from ", joined(v.alike));
    words += v.behind.empty() ? "; no method is worse beyond noise" : text("; worse beyond noise: ", joined(v.behind));
    if (!v.controls_alike.empty())
        words += text(". It is not told apart from a control either (", joined(v.controls_alike),
                      "), so this figure decides nothing here");
    return words + ".";
}

std::vector<std::string> sentences(const Comparison& c) {
    std::vector<std::string> list;
    for (const Verdict& v : verdicts(c.question, c.contestants)) list.push_back(sentence(v));
    return list;
}

std::string cell(const Contestant& c, const std::string& measure, int digits) {
    const Mean mean = mean_of(c, measure);
    if (mean.rows == 0) return "-";
    const std::string middle = short_number(mean.of.mean, digits);
    return mean.of.low < mean.of.high ? text(middle, " ± ", short_number((mean.of.high - mean.of.low) / 2, 2)) : middle;
}

Json number(double value) { return short_json(value, DType::float64); }

Json figures_json(const Contestant& c, const Question& q) {
    Json figures = Json::object();
    for (const std::string& name : q.measures) {
        const Mean mean = mean_of(c, name);
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
        for (const std::string& name : comparison.question.measures) {
            const Mean mean = mean_of(c, name);
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

Table figures_table(const Comparison& comparison) {
    Table table{.caption =
                    "Means over the images with half of their 95 % intervals. \u2191: more is better, \u2193: "
                    "less is better, else neither. Cost: gradient evaluations per image, a forward pass "
                    "counts half.",
                .columns = {{"method"}, {"cost", true}},
                .rows = {}};
    for (const std::string& name : comparison.question.measures)
        table.columns.push_back({name + arrow(find_measure(name).better), true});
    for (const Contestant& c : comparison.contestants) {
        std::vector<std::string>& row =
            table.rows.emplace_back(std::vector{c.control ? c.name + " (control)" : c.name, short_number(c.cost, 3)});
        for (const std::string& name : comparison.question.measures) row.push_back(cell(c, name, 3));
    }
    return table;
}

Table methods_table(const Comparison& comparison) {
    Table table{.caption = "What each method was set to, and what it took in all.",
                .columns = {{"method"}, {"set to"}, {"cost", true}, {"seconds", true}, {"notes"}},
                .rows = {}};
    for (const Contestant& c : comparison.contestants)
        table.rows.push_back({c.name, set_text(c), short_number(c.cost, 3), short_number(c.seconds, 3),
                              c.notes.empty() ? "" : joined(c.notes)});
    return table;
}

std::string class_of(const Comparison& c, Index position) {
    const auto& names = c.question.subject.class_names;
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
        text("Image ", image, ": predicted ", class_of(comparison, comparison.question.target[r]), ", labelled ",
             class_of(comparison, comparison.data.labels[image]),
             ". Red speaks for the class, blue against it. Each map has its own scale, the number below it, at "
             "the 99th percentile of |a|; ",
             clipped, " of ", total, " numbers are clipped.");
    return {all};
}

Facts facts_of(const Comparison& comparison) {
    Facts facts{{{"methods", to_text(static_cast<Index>(comparison.contestants.size())),
                  comparison.complete() ? "with controls" : comparison.missing()},
                 {"images", to_text(comparison.question.x.rows()), comparison.data_name},
                 {"budget", to_text(comparison.question.budget), "gradient evaluations per image"}}};
    double least = INFINITY;
    const Contestant* best = nullptr;
    for (const Contestant& c : comparison.contestants) {
        const Mean mean = mean_of(c, "completeness");
        if (mean.rows > 0 && mean.of.mean < least) least = mean.of.mean, best = &c;
    }
    if (best) facts.facts.push_back({"most complete", best->name, text("mean relative gap ", short_number(least, 3))});
    return facts;
}

Text figures_explained(const Question& q) {
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

Report report_of(const Comparison& comparison) {
    const Question& q = comparison.question;
    Report report{.title = text(comparison.complete() ? "" : "Incomplete: ", "methods compared on ", q.subject.name),
                  .subtitle = comparison.complete() ? text("Seconds in all: ", short_number(comparison.seconds, 3))
                                                    : comparison.missing(),
                  .sections = {{"At a glance", {facts_of(comparison), Text{sentences(comparison)}}},
                               {"Figures", {figures_table(comparison), figures_explained(q)}},
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

}  // namespace

std::string Comparison::missing() const {
    return complete() ? "" : text("incomplete: ", contestants.size(), " of ", planned, " methods were done");
}

std::string comparison_text(const Comparison& comparison) {
    std::vector<std::vector<std::string>> rows{{"method", "cost"}};
    for (const std::string& name : comparison.question.measures)
        rows.front().push_back(name + arrow(find_measure(name).better));
    for (const Contestant& c : comparison.contestants) {
        rows.push_back({c.name, short_number(c.cost, 3)});
        for (const std::string& name : comparison.question.measures)
            rows.back().push_back(short_number(mean_of(c, name).of.mean, 3));
    }
    std::string words = table_text(rows) + "\n";
    for (const std::string& line : sentences(comparison)) words += wrapped(line, 0);
    return comparison.complete() ? words : comparison.missing() + "\n" + words;
}

Json comparison_json(const Comparison& comparison) {
    const Question& q = comparison.question;
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
                                {"controls_alike", v.controls_alike}});
    return {{"schema", "gradpath.compare/1"},
            {"version", version()},
            {"complete", comparison.complete()},
            {"planned", comparison.planned},
            {"command", comparison.command},
            {"model", {{"file", q.subject.name}, {"hash", q.subject.hash}}},
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
    write_html(folder / "compare.html", report_of(comparison));
    io::write_file(folder / "compare.json",
                   comparison_json(comparison).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace gradpath::tools
