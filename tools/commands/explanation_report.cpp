// Every number comes from the result; this file chooses what of it is shown, and says it in words.
#include <gradpath/tools/commands/explanation_report.hpp>

#include <algorithm>
#include <cmath>
#include <set>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/one_answer.hpp>
#include <gradpath/tools/commands/output_stage.hpp>
#include <gradpath/tools/commands/provenance.hpp>

namespace gradpath::tools {
namespace {

using attribution::Attribution;

constexpr std::size_t most_answers = 10;  // on one page

Index row_index(const Explained& e, std::size_t k) { return static_cast<Index>(k) / targets_of(e.attribution); }

/// "9 (ankle boot)", or "output 0" of a model whose outputs have no names.
std::string output_name(const Explained& e, std::size_t k) {
    const bool unnamed = e.subject.class_names.empty() && !e.attribution.target.empty();
    return (unnamed ? "output " : "") + target_text(e, k);
}

std::string score_of(const Explained& e, std::size_t k) {
    const attribution::OutputStage& stage = e.attribution.stage;
    const bool margin = stage.kind == attribution::Stage::margin;  // its outputs are in its name
    return text("the ", margin ? "margin" : attribution::describe(stage), " of ", output_name(e, k));
}

std::string target_of(const Explained& e) {
    return told_target(e.attribution.target_kind, e.attribution.stage, e.subject);
}

/// "Row 3: predicted 9 (ankle boot), labelled 8 (bag)"
std::string heading(const Explained& e, std::size_t k) {
    const Index row = row_index(e, k);
    const bool several = e.rows.x.rows() > 1 || !e.rows.picks.empty();
    std::string words = several ? text("Row ", e.rows.position(row), ": ") : "";
    words += (target_of(e) == "predicted" ? "predicted " : "") + output_name(e, k);
    if (!e.rows.labels || e.subject.class_names.empty()) return words;
    return text(words, ", labelled ", output_text(e.subject, e.rows.labels->data()[static_cast<std::size_t>(row)]));
}

/// The first line is the heading; so many columns from the left are words.
Table table_of(const Lines& lines, const std::string& caption, std::size_t words) {
    Table table{.caption = caption, .columns = {}, .rows = {lines.begin() + 1, lines.end()}, .sorts = true};
    for (const std::string& title : lines.front()) table.columns.push_back({title, table.columns.size() >= words});
    return table;
}

Facts facts_of(const Lines& lines) {
    Facts facts;
    for (const std::vector<std::string>& line : lines) facts.facts.push_back({line[0], line[1]});
    return facts;
}

double sum_of(const Explained& e, std::size_t k) {
    const Tensor& values = e.attribution.values;
    const Index count = values.size() / static_cast<Index>(e.attribution.f_input.size());
    double sum = 0;
    for (Index i = static_cast<Index>(k) * count; i < (static_cast<Index>(k) + 1) * count; ++i) sum += values.at(i);
    return sum;
}

/// Does it add up, in words?
std::string sum_words(const Explained& e, std::size_t k) {
    const Attribution& a = e.attribution;
    const std::string sum = text("The values add up to ", short_number(sum_of(e, k)));
    if (!a.f_baseline || !a.delta)
        return text(sum, ". This method promises no sum: what it says of one feature is no share of a difference.");
    const double change = a.f_input[k] - (*a.f_baseline)[k];
    return text(
        sum, ", and ", score_of(e, k), " changes by ", short_number(change),
        " from the baseline to the input: ", short_number((*a.delta)[k], 3), " is not accounted for",
        a.relative_delta ? text(", ", short_number((*a.relative_delta)[k], 3), " of that or of the sum of |a|") : "",
        ".");
}

/// "x1 = 3"; of a layer's units the place.
std::string named_value(const Explained& e, std::size_t k, Index i) {
    if (!of_features(e)) return value_name(e, i);
    return text(value_name(e, i), " = ", short_number(e.rows.x.at(row_index(e, k) * e.subject.row.size() + i), 4));
}

/// The columns of a table, or the features or units by name.
OneAnswer one_answer(const Explained& e, std::size_t k) {
    const Attribution& a = e.attribution;
    OneAnswer answer{.method = a.method,
                     .title = text("As ", a.method, " explains it"),
                     .score = score_of(e, k),
                     .values = {},
                     .f_input = a.f_input[k]};
    if (a.f_baseline && a.delta) answer.f_baseline = (*a.f_baseline)[k];
    if (of_features(e)) answer.picture = picture_of(e, row_index(e, k));
    if (const std::vector<ColumnShare> shares = column_shares(e, k); !shares.empty()) {
        set_shares(answer, shares);
        return answer;
    }
    const auto lanes = static_cast<Index>(a.f_input.size());
    answer.values = row_of(reshape(feature_values(e), Shape{lanes}.joined(value_row(e))), static_cast<Index>(k));
    for (Index i = 0; !answer.picture && i < answer.values.size(); ++i) answer.names.push_back(named_value(e, k, i));
    return answer;
}

/// One [row, target].
std::vector<Block> blocks_of(const Explained& e, std::size_t k) {
    const OneAnswer answer = one_answer(e, k);
    std::vector<Block> blocks{facts_of(answer_facts(e, k)), Text{{sum_words(e, k)}}};
    if (answer.picture) {
        blocks.emplace_back(ways_to_draw(answer));
    } else if (!of_features(e)) {
        const HeatColumn units{e.attribution.layer, map_of(e, k)};
        blocks.emplace_back(heat_panels({}, std::span(&units, 1)));
    }
    if (const std::optional<Bars> bars = feature_bars(e, k)) blocks.emplace_back(*bars);
    if (std::optional<Waterfall> waterfall = waterfall_of(answer)) blocks.emplace_back(std::move(*waterfall));
    if (value_row(e).size() > few_features) {
        Lines lines = answer_summary(e, k);
        lines.insert(lines.begin(), {"figure", "value"});
        blocks.emplace_back(table_of(lines, text("All ", value_row(e).size(), " values, in a few figures."), 2));
        return blocks;
    }
    Lines lines = answer_values(e, k);
    lines.pop_back();  // their sum, which would be sorted among them
    blocks.emplace_back(table_of(lines, "The row, value by value.", 1));
    return blocks;
}

std::string options_text(const Explained& e) {
    std::vector<std::string> words;
    for (const auto& [name, value] : e.options)
        if (!value.empty()) words.push_back(text(name, " ", value));
    return attribution::joined(words, ", ");
}

std::vector<std::pair<std::string, std::string>> provenance_of(const Explained& e) {
    const Attribution& a = e.attribution;
    const std::string target = target_of(e);
    return {{"command", e.command},
            {"model", text(e.subject.name, ", ", e.subject.hash)},
            {"input", text(e.rows.name, ", ", data_hash(e.rows.x))},
            {"prepared", prepared_text(e.subject.ends)},
            {"method", a.method},
            {"options", options_text(e)},
            {"target", target.empty() ? output_name(e, 0) : target},
            {"output", attribution::describe(a.stage)},
            {"baseline", a.baseline_kind.empty() ? "none" : a.baseline_kind},
            {"seed", std::to_string(e.seed)},
            {"cost", text(a.evaluations.forward, " forward, ", a.evaluations.backward, " backward rows")},
            {"gradpath", version()},
            {"instruction set", a.isa},
            {"threads", std::to_string(a.threads)},
            {"dtype", to_text(a.dtype)}};
}

/// What a reader of the numbers should know, each note once.
Text notes_of(std::span<const Explained> all) {
    Text notes;
    std::set<std::string> seen;
    for (const Explained& e : all)
        for (const auto* list : {&e.rows.notes, &e.attribution.notes})
            for (const std::string& note : *list)
                if (seen.insert(note).second) notes.paragraphs.push_back(note);
    return notes;
}

std::string subtitle(std::span<const Explained> all) {
    const Explained& e = all.front();
    const Attribution& a = e.attribution;
    return text("What ", a.method, all.size() > 1 ? text(" in ", all.size(), " layers") : "", " makes of ",
                e.rows.name.empty() ? "the input" : e.rows.name, " in ",
                std::filesystem::path(e.subject.name).filename().string(),
                a.baseline_kind.empty() ? "" : text(", against the baseline ", a.baseline_kind),
                ". The command that made this page is at its end.");
}

}  // namespace

Report explanation_report(std::span<const Explained> all) {
    require(!all.empty(), "report: there must be an explanation to report: got none");
    const Explained& first = all.front();
    const bool layers = all.size() > 1;
    const std::size_t answers = first.attribution.f_input.size(), shown = layers ? 1 : std::min(answers, most_answers);
    Report report{
        .title = shown > 1 ? text("Why? ", answers, " answers explained") : text("Why ", output_name(first, 0), "?"),
        .subtitle = subtitle(all),
        .sections = {},
        .provenance = provenance_of(first)};
    for (const Explained& e : all)
        for (std::size_t k = 0; k < shown; ++k)
            report.sections.push_back(
                {layers ? text(e.attribution.layer, ", ", heading(e, k)) : heading(e, k), blocks_of(e, k)});
    Text notes = notes_of(all);
    if (shown < answers)
        notes.paragraphs.push_back(
            layers ? text("These are the answers of the first row and target; result.json holds all ", answers, ".")
                   : text("These are the first ", shown, " of ", answers,
                          " answers; attribution.npz and result.json hold all of them."));
    if (!notes.paragraphs.empty()) report.sections.push_back({"Notes", {std::move(notes)}});
    return report;
}

}  // namespace gradpath::tools
