#include <gradpath/tools/commands/comparison_pictures.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/result.hpp>
#include <gradpath/tools/report/chart.hpp>
#include <gradpath/tools/report/png.hpp>
#include <gradpath/tools/report/waterfall.hpp>

namespace gradpath::tools {
namespace {

constexpr Index pictures_shown = 3;

/// One row without the leading axis.
Tensor row_of(const Tensor& t, Index row) { return reshape(slice(t, 0, row, row + 1), t.shape().slice(1, t.rank())); }

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
                       " of ", all.scale.total, " numbers lie beyond and are clipped.");
    return all;
}

std::string about(const Comparison& comparison, Index row) {
    const auto r = static_cast<std::size_t>(row);
    return text("Image ", row, ": predicted ", class_of(comparison, comparison.contest.target[r]), ", labelled ",
                class_of(comparison, comparison.data.labels[row]));
}

using Steps = std::vector<Waterfall::Step>;

/// Sums over a quarter of the height by a quarter of the width each.
Steps patches_of(const Tensor& map) {
    const Index height = map.shape()[-2], width = map.shape()[-1], rows = std::min<Index>(height, 4),
                columns = std::min<Index>(width, 4);
    Steps steps;
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < columns; ++j)
            steps.push_back({text("rows ", i * height / rows, "\u2013", (i + 1) * height / rows - 1, ", columns ",
                                  j * width / columns, "\u2013", (j + 1) * width / columns - 1),
                             0});
    for (Index k = 0; k < map.size(); ++k) {
        const Index i = k / width % height * rows / height, j = k % width * columns / width;
        steps[static_cast<std::size_t>(i * columns + j)].change += map.at(k);
    }
    return steps;
}

Steps features_of(const Comparison& comparison, const Tensor& values) {
    const auto& names = comparison.contest.subject.feature_names;
    Steps steps;
    for (Index k = 0; k < values.size(); ++k) {
        const auto i = static_cast<std::size_t>(k);
        steps.push_back({i < names.size() ? names[i] : text("x", k + 1), values.at(k)});
    }
    return steps;
}

/// The largest first; beyond ten, the others as one.
Steps largest_first(Steps steps) {
    constexpr std::size_t most = 10;
    std::ranges::stable_sort(steps, std::ranges::greater{}, [](const auto& step) { return std::abs(step.change); });
    if (steps.size() <= most) return steps;
    Waterfall::Step rest{text(steps.size() - most, " others"), 0};
    for (std::size_t k = most; k < steps.size(); ++k) rest.change += steps[k].change;
    steps.resize(most);
    steps.push_back(rest);
    return steps;
}

/// From F(x') to F(x), by the values of the first row.
Waterfall waterfall_of(const Comparison& comparison, const Contestant& c) {
    const Tensor values = row_of(c.values, 0);
    const bool picture = comparison.contest.of_pictures();
    Waterfall w{.title = text("How ", c.name, " adds up"),
                .alt = text("Bars from F(x\u2032) to F(x), the largest shares first"),
                .from_name = "F(x\u2032), of the baseline",
                .from = c.f_baseline->front(),
                .steps = largest_first(picture ? patches_of(values) : features_of(comparison, values)),
                .to_name = "F(x), of the input",
                .caption = text("The score (logit) of ", class_of(comparison, comparison.contest.target.front()),
                                picture ? ", shared out among patches of the picture." : ", shared out.")};
    double gap = c.f_input.front() - w.from;
    for (const Waterfall::Step& step : w.steps) gap -= step.change;
    if (std::abs(gap) > 1e-6 * std::abs(c.f_input.front() - w.from)) w.steps.push_back({"not accounted for", gap});
    return w;
}

/// The same numbers drawn in all usual ways, with colours that end where those of the first map do.
Panels ways_to_draw(const Comparison& comparison, const Contestant& c) {
    const Tensor map = row_of(c.values, 0), image = image_of(comparison, 0);
    const auto drawn = [&](const char* title, const Tensor& values, const Heatmap& options) {
        const HeatColumn column{title, values};
        return heat_panels(image, std::span(&column, 1), options);
    };
    Panels all = drawn("both signs", map, {});
    const double limit = all.scale.limit;
    const auto add = [&](const char* title, const Tensor& values, HeatKind kind) {
        all.panels.push_back(drawn(title, values, {.kind = kind, .limit = limit}).panels.back());
    };
    add("positive", relu(map), HeatKind::heat);
    add("negative", -relu(-map), HeatKind::heat);
    add("on the image", map, HeatKind::overlay);
    add("absolute", map, HeatKind::absolute);
    all.panels.back().note = text("paper is 0, ink ", short_number(limit, 3));
    all.title = text(about(comparison, 0), ", as ", c.name, " explains it");
    all.caption += ". Red speaks for the class, blue against it.";
    return all;
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

std::string class_of(const Comparison& c, Index position) {
    const auto& names = c.contest.subject.class_names;
    const auto place = static_cast<std::size_t>(position);
    return place < names.size() ? names[place] : to_text(position);
}

std::vector<Block> map_blocks(const Comparison& comparison, Index image) {
    const Tensor picture = image_of(comparison, image);
    std::vector<Block> blocks;
    if (const std::vector<HeatColumn> shares = columns_of(comparison, image, true); !shares.empty()) {
        Panels together = heat_panels(picture, shares);
        together.title = about(comparison, image);
        together.caption = text(
            "Shares of F(x) \u2212 F(x\u2032), the class's score (logit) less that of the baseline, on "
            "one scale. Red speaks for the class, blue against it; ",
            together.caption, ".");
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
    std::vector<Block> blocks;
    if (comparison.contest.of_pictures()) blocks.emplace_back(ways_to_draw(comparison, *first));
    blocks.emplace_back(waterfall_of(comparison, *first));
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
                    .caption = text("Means over the images with 95 % bands; the five best methods, and chance. Here ",
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
            rows.push_back(heat_grid(image_of(comparison, image), shares,
                                     {.least_side = 168, .title = about(comparison, image)}));
    }
    if (!rows.empty()) write_png(folder / "maps.png", stacked(rows));
}

}  // namespace gradpath::tools
