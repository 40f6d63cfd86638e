// The same result for people: a head of facts, then every feature where there are few, a summary where there are many.
#include <algorithm>
#include <cmath>

#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/output_stage.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/commands/result.hpp>

namespace gradpath::tools {
namespace {

using attribution::Attribution;

constexpr Index few_pairs = 8;  // features whose interactions still stand in a table

std::string shape_text(const Shape& shape) {
    std::string words;
    for (const Index length : shape) words += (words.empty() ? "" : " x ") + std::to_string(length);
    return words.empty() ? "1" : words;
}

/// [0, 12, 7]: where a number stands in a row.
std::string position_text(Index flat, const Shape& row) {
    std::string words = "]";
    for (Index axis = row.rank() - 1; axis >= 0; --axis) {
        words = std::to_string(flat % row[axis]) + (words == "]" ? "" : ", ") + words;
        flat /= row[axis];
    }
    return "[" + words;
}

std::string feature_name(const Explained& e, Index i) {
    const std::vector<std::string>& names = e.subject.feature_names;
    if (!names.empty()) return names[static_cast<std::size_t>(i)];
    return e.subject.row.rank() == 1 ? "x" + std::to_string(i + 1) : position_text(i, e.subject.row);
}

/// Is the baseline one of several draws?
bool is_draw(const Attribution& a) {
    const std::vector<std::string> kinds{"uniform:", "gaussian:", "black+white", "samples:"};
    return std::ranges::any_of(kinds, [&](const std::string& kind) { return a.baseline_kind.starts_with(kind); });
}

/// Every feature of one [row, target].
Lines feature_lines(const Explained& e, std::size_t k) {
    const Attribution& a = e.attribution;
    const Index features = e.subject.row.size(), first = static_cast<Index>(k) * features;
    const Index row = static_cast<Index>(k) / (static_cast<Index>(a.f_input.size()) / a.values.rows());
    const Tensor values = feature_values(e);
    const bool pairs = a.values.size() > values.size() && features <= few_pairs;
    Lines table{{"feature", "input"}};
    if (a.baseline) table[0].push_back(is_draw(a) ? "baseline, draw 1" : "baseline");
    for (Index j = 0; pairs && j < features; ++j) table[0].push_back("with " + feature_name(e, j));
    table[0].push_back("attribution");
    const bool spread = a.standard_error && a.values.size() == values.size();
    if (spread) table[0].push_back("std. error");
    double sum = 0;
    for (Index i = 0; i < features; ++i) {
        std::vector<std::string> line{feature_name(e, i), short_number(e.rows.x.at(row * features + i))};
        if (a.baseline) line.push_back(short_number(a.baseline->at(row * features + i)));
        for (Index j = 0; pairs && j < features; ++j)
            line.push_back(short_number(a.values.at((first + i) * features + j)));
        line.push_back(short_number(values.at(first + i)));
        if (spread) line.push_back(short_number(a.standard_error->at(first + i), 3));
        sum += values.at(first + i);
        table.push_back(std::move(line));
    }
    std::vector<std::string> total(table[0].size(), "");
    total[0] = "sum";
    total[total.size() - (spread ? 2 : 1)] = short_number(sum);
    table.push_back(std::move(total));
    return table;
}

/// The columns of categories, whose features are summed.
std::string categories_text(const Explained& e, std::size_t k) {
    Lines table{{"column", "input", "attribution"}};
    for (const ColumnShare& share : column_shares(e, k))
        if (share.is_category) table.push_back({share.name, share.input, short_number(share.attribution)});
    return table.size() > 1 ? "\n" + table_text(table, {0, 1}) : "";
}

/// Every unit of a layer, or every pixel of what a layer was scaled up to.
Lines unit_lines(const Explained& e, std::size_t k) {
    const Attribution& a = e.attribution;
    const Shape shape = value_row(e);
    const Index first = static_cast<Index>(k) * shape.size();
    const bool scaled_up = e.options.contains("upsampling");
    Lines table{{scaled_up ? text("pixel, by ", a.layer) : text("unit of ", a.layer), "attribution"}};
    if (a.standard_error) table[0].push_back("std. error");
    double sum = 0;
    for (Index i = 0; i < shape.size(); ++i) {
        table.push_back({position_text(i, shape), short_number(a.values.at(first + i))});
        if (a.standard_error) table.back().push_back(short_number(a.standard_error->at(first + i), 3));
        sum += a.values.at(first + i);
    }
    table.push_back({"sum", short_number(sum)});
    if (a.standard_error) table.back().push_back("");
    return table;
}

}  // namespace

std::string target_text(const Explained& e, std::size_t k) {
    const Attribution& a = e.attribution;
    const std::size_t at = a.all_targets ? k % a.target.size() : k;
    if (at >= a.target.size()) return a.target_kind;
    const bool margin = a.stage.kind == attribution::Stage::margin;
    return margin ? margin_text(e.subject, a.stage) : output_text(e.subject, a.target[at]);
}

Lines answer_facts(const Explained& e, std::size_t k) {
    const Attribution& a = e.attribution;
    const std::size_t row = k / (a.f_input.size() / static_cast<std::size_t>(a.values.rows()));
    const auto at = [k](const auto& list) { return short_number((*list)[k]); };
    Lines lines{{"target", target_text(e, k)}, {"f(input)", short_number(a.f_input[k])}};
    if (a.f_baseline) lines.push_back({"f(baseline)", at(a.f_baseline)});
    if (a.delta) lines.push_back({"delta", short_number((*a.delta)[k], 3)});
    if (a.relative_delta) lines.push_back({"relative delta", short_number((*a.relative_delta)[k], 3)});
    if (a.quadrature_error) lines.push_back({"quadrature error", short_number((*a.quadrature_error)[k], 3)});
    if (const std::string tolerance = tolerance_text(a, row); !tolerance.empty())
        lines.push_back({"tolerance", tolerance});
    if (a.steps && row < a.steps->size()) lines.push_back({"steps", std::to_string((*a.steps)[row])});
    if (a.samples) lines.push_back({"samples", std::to_string(*a.samples)});
    for (const attribution::Identity& identity : a.identities)
        lines.push_back({identity.name, text("gap ", short_number(identity.gap[k], 3))});
    if (e.located) {
        lines.push_back({"inside " + e.located->region, percent(e.located->positive[row]) + " of the positive values"});
        lines.push_back(
            {"beside it", text(percent(e.located->area[row]), " of the area, ", percent(e.located->edges[row]),
                               " of edges, ", percent(e.located->random[row]), " of random numbers")});
    }
    return lines;
}

std::string value_name(const Explained& e, Index i) {
    return of_features(e) ? feature_name(e, i) : position_text(i, value_row(e));
}

Lines answer_values(const Explained& e, std::size_t k) {
    return of_features(e) ? feature_lines(e, k) : unit_lines(e, k);
}

Lines answer_summary(const Explained& e, std::size_t k) {
    const Shape shape = value_row(e);
    const Index features = shape.size(), first = static_cast<Index>(k) * features;
    const Tensor values = feature_values(e);
    double sum = 0, absolute = 0;
    Index highest = 0, lowest = 0, positive = 0, negative = 0;
    for (Index i = 0; i < features; ++i) {
        const double v = values.at(first + i);
        sum += v;
        absolute += std::abs(v);
        positive += v > 0 ? 1 : 0;
        negative += v < 0 ? 1 : 0;
        if (v > values.at(first + highest)) highest = i;
        if (v < values.at(first + lowest)) lowest = i;
    }
    const auto place = [&](Index i) {
        return short_number(values.at(first + i)) + " at " +
               (e.subject.feature_names.empty() || !of_features(e) ? position_text(i, shape) : feature_name(e, i));
    };
    return {{"sum", short_number(sum)},
            {"sum of |a|", short_number(absolute)},
            {"signs", text(positive, " positive, ", negative, " negative of ", features)},
            {"largest", place(highest)},
            {"least", place(lowest)}};
}

std::string tolerance_text(const attribution::Attribution& a, std::size_t row) {
    if (!a.tolerance || !a.tolerance_met) return "";
    return short_number(*a.tolerance, 3) + ((*a.tolerance_met)[row] ? ", met" : ", not met");
}

bool missed_tolerance(const attribution::Attribution& a) {
    return a.tolerance_met && std::ranges::count(*a.tolerance_met, false) > 0;
}

std::string result_text(const Explained& e) {
    const Attribution& a = e.attribution;
    Lines head{{"method", a.method + " of the " + describe(a.stage) +
                              (a.baseline_kind.empty() ? "" : ", baseline " + a.baseline_kind)},
               {"model", e.subject.name},
               {"input", e.rows.name + ", " + std::to_string(a.values.rows()) +
                             (a.values.rows() == 1 ? " row" : " rows") + " of " + shape_text(e.subject.row)},
               {"cost", std::to_string(a.evaluations.forward) + " forward and " +
                            std::to_string(a.evaluations.backward) + " backward rows, " + fixed(a.seconds, 3) + " s"}};
    if (const std::string ends = describe(e.subject.ends); !ends.empty())
        head.insert(head.begin() + 3, {"prepared", ends});
    if (!of_features(e))
        head.insert(head.begin() + 3, {"layer", a.layer + ", " + shape_text(value_row(e)) + " values"});
    std::string words = table_text(head, {0, 1});
    const bool several = a.f_input.size() > 1;
    const std::size_t targets = a.f_input.size() / static_cast<std::size_t>(a.values.rows());
    for (std::size_t k = 0; k < a.f_input.size(); ++k) {
        words += "\n";
        if (several) words += "row " + std::to_string(e.rows.position(static_cast<Index>(k / targets))) + "\n";
        words += table_text(answer_facts(e, k), {0, 1}) + "\n";
        const bool features = of_features(e), few = value_row(e).size() <= few_features;
        words += few ? table_text(answer_values(e, k)) : table_text(answer_summary(e, k), {0, 1});
        if (features) words += categories_text(e, k);
    }
    return words;
}

}  // namespace gradpath::tools
