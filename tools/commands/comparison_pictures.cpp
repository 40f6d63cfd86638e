#include <gradpath/tools/commands/comparison_pictures.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/one_answer.hpp>
#include <gradpath/tools/commands/output_stage.hpp>
#include <gradpath/tools/commands/result.hpp>
#include <gradpath/tools/report/chart.hpp>
#include <gradpath/tools/report/png.hpp>
#include <gradpath/tools/report/waterfall.hpp>

namespace gradpath::tools {
namespace {

constexpr Index pictures_shown = 3;

/// As a picture has it.
Tensor image_of(const Comparison& c, Index row) { return red_first(c.contest.subject.ends, row_of(c.data.x, row)); }

HeatColumn column_of(const Contestant& c, Index row) { return {c.name, row_of(c.values, row)}; }

/// Those whose values are shares of F(x) - F(x'), and so have one unit; or the others.
std::vector<HeatColumn> columns_of(const Comparison& comparison, Index row, bool shares) {
    std::vector<HeatColumn> columns;
    for (const Contestant& c : comparison.contestants)
        if (c.f_baseline.has_value() == shares) columns.push_back(column_of(c, row));
    return columns;
}

/// Maps in units of their own: of each, the colours end at its own number, which stands below it.
Panels apart(std::span<const HeatColumn> columns) {
    Panels all{.panels = {}, .bar = true, .scale = {.limit = 1}};
    for (const HeatColumn& column : columns) {
        Panels row = heat_panels({}, std::span(&column, 1));
        row.panels.front().note = text("1 is ", short_number(row.scale.limit, 3));
        all.panels.push_back(std::move(row.panels.front()));
        all.scale.clipped += row.scale.clipped, all.scale.total += row.scale.total;
    }
    all.caption = text("Slopes, and controls, have units of their own, so each map has a scale of its own: ",
                       "1 on the bar is the number below the map, the 99th percentile of its |a|; ", all.scale.clipped,
                       " of ", all.scale.total, " numbers lie beyond and are clipped. Red is above zero, blue below: ",
                       "of a slope, red says that the score rises with the number; of a control, its sign alone.");
    return all;
}

bool of_margin(const Comparison& c) { return c.contest.stage.kind == attribution::Stage::margin; }

/// What a row is explained for: a class, "the only output", or both classes of a margin.
std::string asked_of(const Comparison& c, Index row) {
    if (of_margin(c)) return margin_text(c.contest.subject, c.contest.stage);
    if (c.contest.subject.outputs() == 1) return "the only output";
    return class_of(c, c.contest.target[static_cast<std::size_t>(row)]);
}

std::string score_of(const Comparison& c, Index row) {
    return text(of_margin(c) ? "the margin" : text("the score (", c.question.output, ")"), " of ", asked_of(c, row));
}

std::string about(const Comparison& c, Index row) {
    const bool predicted = c.question.target == "predicted";
    return text(c.contest.of_pictures() ? "Image " : "Row ", row, predicted ? ": predicted " : ": asked about ",
                asked_of(c, row), ", labelled ", class_of(c, c.data.labels[row]));
}

/// What each column of a row, or each feature, was given.
std::vector<ColumnShare> shares_of(const Comparison& comparison, const Contestant& c, Index row) {
    const Subject& subject = comparison.contest.subject;
    const Tensor x = row_of(comparison.data.x, row), values = row_of(c.values, row);
    if (subject.model && !subject.model->columns.empty()) return column_shares(*subject.model, x, values);
    std::vector<ColumnShare> shares;
    for (Index i = 0; i < x.size(); ++i) shares.push_back({text("x", i + 1), short_number(x.at(i), 4), values.at(i)});
    return shares;
}

/// The first row.
OneAnswer first_answer(const Comparison& comparison, const Contestant& c) {
    OneAnswer answer{.method = c.name,
                     .title = text(about(comparison, 0), ", as ", c.name, " explains it"),
                     .score = score_of(comparison, 0),
                     .values = row_of(c.values, 0),
                     .f_input = c.f_input.front(),
                     .f_baseline = c.f_baseline->front()};
    if (comparison.contest.of_pictures()) answer.picture = image_of(comparison, 0);
    else set_shares(answer, shares_of(comparison, c, 0));
    return answer;
}

/// What one row holds, and what every method gives it; none for long rows.
std::vector<Block> row_table(const Comparison& comparison, Index row) {
    Table table{.caption = text(about(comparison, row),
                                ". What each method gives its features; slopes and controls "
                                "have units of their own."),
                .columns = {{"feature"}, {"value", true}},
                .rows = {},
                .sorts = true};
    for (const Contestant& c : comparison.contestants) {
        const std::vector<ColumnShare> shares = shares_of(comparison, c, row);
        if (shares.size() > few_features) return {};
        table.columns.push_back({c.name, true});
        table.rows.resize(shares.size());
        for (std::size_t i = 0; i < shares.size(); ++i) {
            if (table.rows[i].empty()) table.rows[i] = {shares[i].name, shares[i].input};
            table.rows[i].push_back(short_number(shares[i].attribution, 3));
        }
    }
    return {table};
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

}  // namespace

const Contestant* most_complete(const Comparison& comparison) {
    double least = INFINITY;
    const Contestant* best = nullptr;
    for (const Contestant& c : comparison.contestants) {
        const MeanFigure mean = mean_figure(c, "completeness");
        if (mean.rows > 0 && mean.of.mean < least) least = mean.of.mean, best = &c;
    }
    return best;
}

const char* rows_word(const Contest& contest) { return contest.of_pictures() ? "images" : "rows"; }

std::string class_of(const Comparison& c, Index position) {
    const auto& names = c.contest.subject.class_names;
    const auto place = static_cast<std::size_t>(position);
    return place < names.size() ? names[place] : to_text(position);
}

std::vector<Block> map_blocks(const Comparison& comparison, Index image) {
    if (!comparison.contest.of_pictures()) return row_table(comparison, image);
    const Tensor picture = image_of(comparison, image);
    std::vector<Block> blocks;
    if (const std::vector<HeatColumn> shares = columns_of(comparison, image, true); !shares.empty()) {
        Panels together = heat_panels(picture, shares);
        together.title = about(comparison, image);
        together.caption =
            text("Shares of F(x) \u2212 F(x\u2032), ", score_of(comparison, image),
                 " less that of the baseline, on one scale. Red raises it, blue lowers it; ", together.caption, ".");
        blocks.emplace_back(std::move(together));
    }
    if (const std::vector<HeatColumn> others = columns_of(comparison, image, false); !others.empty()) {
        Panels each = apart(others);
        if (blocks.empty()) each.title = about(comparison, image);
        blocks.emplace_back(std::move(each));
    }
    return blocks;
}

std::vector<Block> closer_look(const Comparison& comparison) {
    const auto first =
        std::ranges::find_if(comparison.contestants, [](const Contestant& c) { return c.f_baseline.has_value(); });
    if (first == comparison.contestants.end()) return {};
    const OneAnswer answer = first_answer(comparison, *first);
    std::vector<Block> blocks;
    if (answer.picture) blocks.emplace_back(ways_to_draw(answer));
    else blocks.emplace_back(Text{{answer.title + "."}});
    if (std::optional<Waterfall> waterfall = waterfall_of(answer)) blocks.emplace_back(std::move(*waterfall));
    return blocks;
}

std::vector<Chart> curve_charts(const Comparison& comparison) {
    std::vector<Chart> charts;
    for (const std::string& name : comparison.contest.measures) {
        const Measure& m = find_measure(name);
        Chart chart{.title = name,
                    .x_label = m.across,
                    .y_label = m.upwards,
                    .alt = text(name, " curves of the best methods and of chance"),
                    .curves = {},
                    .caption = text("Means over the ", rows_word(comparison.contest),
                                    " with 95 % bands; the five best methods, and chance. Here ",
                                    m.better == Better::high ? "high" : "low", " is good.")};
        for (const Contestant* c : shown(comparison, m)) {
            const MeanCurve& curve = c->curves.at(name);
            chart.curves.push_back({c->name, curve.x, curve.y, curve.low, curve.high});
        }
        if (!chart.curves.empty()) charts.push_back(std::move(chart));
    }
    return charts;
}

void write_pictures(const std::filesystem::path& folder, const Comparison& comparison) {
    for (const Chart& chart : curve_charts(comparison))
        io::write_file(folder / (chart.title + ".svg"), svg_file(chart));
    for (const Block& block : closer_look(comparison))
        if (const auto* waterfall = std::get_if<Waterfall>(&block))
            io::write_file(folder / "waterfall.svg", svg_file(drawing_of(*waterfall)));
    std::vector<Picture> rows;
    for (Index image = 0;
         comparison.contest.of_pictures() && image < std::min(pictures_shown, comparison.data.x.rows()); ++image) {
        const std::vector<HeatColumn> shares = columns_of(comparison, image, true);
        if (!shares.empty())
            rows.push_back(
                heat_grid(image_of(comparison, image), shares, {.least_side = 168, .title = about(comparison, image)}));
    }
    if (!rows.empty()) write_png(folder / "maps.png", stacked(rows));
}

}  // namespace gradpath::tools
