// The study as a whole: a network for each noise and seed, every method on each, as it is and softened; then the table.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gradpath/tools/commands/crew.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/experiments/experiment.hpp>
#include <gradpath/tools/experiments/half_moons/methods.hpp>
#include <gradpath/tools/experiments/half_moons/pictures.hpp>

namespace gradpath::tools {
namespace {

using namespace half_moons;
using attribution::quality::area_under;
using attribution::quality::Purity;
using Numbers = std::vector<double>;

constexpr double softness = 5;            // beta of the softened networks, as in the paper's code
constexpr double most_delta = 1e-3;       // of completeness, relative, for Geodesic IG at every noise
constexpr std::uint64_t first_seed = 12;  // 12, 24, .. as in the paper's code
constexpr std::size_t seeds = 5;
constexpr double shown_noise = 0.2;  // of the network that is drawn

/// One network, and what all methods and ablations say on it.
struct Cell {
    Plan plan;
    double accuracy = 0;
    std::vector<Measured> trained = {}, soft = {};
    Numbers ablated = {};
};

/// All cells: noises within seeds.
struct Grid {
    Numbers noises;
    std::vector<Cell> cells;
    bool quick;

    std::size_t seeds() const { return cells.size() / noises.size(); }
    const Cell& at(std::size_t seed, std::size_t noise) const { return cells[seed * noises.size() + noise]; }
};

Grid measure_all(const ExperimentOptions& o) {
    Grid grid{{}, {}, o.quick};
    for (int k = 1; k <= 13; k += o.quick ? 3 : 1) grid.noises.push_back(k / 20.0);
    for (std::size_t s = 0; s < (o.quick ? 1 : seeds); ++s)
        for (const double noise : grid.noises)
            grid.cells.push_back(
                {{.noise = noise, .seed = o.common.seed + first_seed * (s + 1), .cancel = &o.interrupted}});
    const std::vector<Method> all = methods();
    const std::vector<Ablation> changes = ablations();
    const auto fill = [&](std::size_t k) {
        Cell& cell = grid.cells[k];
        const Trained net = train(cell.plan);
        cell.accuracy = net.accuracy;
        const Subject relu = as_trained(net), soft = softened(net, softness);
        for (const Method& method : all) {
            cell.trained.push_back(measure(relu, method.run(relu)));
            if (!o.quick) cell.soft.push_back(measure(soft, method.run(soft)));
        }
        if (o.full || k < grid.noises.size())
            for (const Ablation& change : changes) cell.ablated.push_back(change.run(net));
    };
    Progress progress(Progress::style(o.common.quiet), "networks");
    run_tasks(grid.cells.size(), fill, progress, "half-moons");
    return grid;
}

/// A figure over noises and seeds.
struct Curve {
    Numbers mean, low, high;  ///< at each noise, over the seeds
    Numbers by_seed;          ///< mean over the noises
    double value, auc;
};

template <class Figure>
Curve curve_of(const Grid& grid, const Figure& figure) {
    Curve curve{{}, {}, {}, Numbers(grid.seeds(), 0), 0, 0};
    const auto noises = static_cast<double>(grid.noises.size());
    for (std::size_t n = 0; n < grid.noises.size(); ++n) {
        Numbers all;
        for (std::size_t s = 0; s < grid.seeds(); ++s) {
            all.push_back(figure(grid.at(s, n)));
            curve.by_seed[s] += all.back() / noises;
        }
        curve.mean.push_back(std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size()));
        curve.low.push_back(std::ranges::min(all));
        curve.high.push_back(std::ranges::max(all));
    }
    curve.value = std::accumulate(curve.mean.begin(), curve.mean.end(), 0.0) / noises;
    curve.auc = area_under(grid.noises, curve.mean);
    return curve;
}

Curve purity_of(const Grid& grid, std::size_t method, std::vector<Measured> Cell::*on, double Purity::*form) {
    return curve_of(grid, [=](const Cell& cell) { return (cell.*on)[method].purity.*form; });
}
Curve figure_of(const Grid& grid, std::size_t method, double Measured::*figure) {
    return curve_of(grid, [=](const Cell& cell) { return cell.trained[method].*figure; });
}

std::optional<double> if_there(double value) { return std::isnan(value) ? std::nullopt : std::optional(value); }

/// The curves of one method.
struct Entry {
    Method method;
    Curve purity, upper, lower, gap, delta;
    std::optional<Curve> soft = {};
};

std::vector<Entry> entries_of(const Grid& grid) {
    std::vector<Entry> entries;
    const std::vector<Method> all = methods();
    for (std::size_t m = 0; m < all.size(); ++m) {
        entries.push_back({all[m], purity_of(grid, m, &Cell::trained, &Purity::value),
                           purity_of(grid, m, &Cell::trained, &Purity::upper_class),
                           purity_of(grid, m, &Cell::trained, &Purity::lower_class), figure_of(grid, m, &Measured::gap),
                           figure_of(grid, m, &Measured::relative_delta)});
        if (!grid.quick) entries.back().soft = purity_of(grid, m, &Cell::soft, &Purity::value);
    }
    return entries;
}

const Entry& find(const std::vector<Entry>& entries, const std::string& name) {
    return *std::ranges::find_if(entries, [&](const Entry& e) { return name == e.method.name; });
}

void add_rows(Study& study, const Entry& e) {
    const auto add = [&](const std::string& figure, const Curve& curve, std::optional<double> paper) {
        study.rows.push_back({.method = e.method.name,
                              .figure = figure,
                              .value = curve.value,
                              .low = std::ranges::min(curve.by_seed),
                              .high = std::ranges::max(curve.by_seed),
                              .paper = paper,
                              .note = e.method.note,
                              .auc = curve.auc});
    };
    add("purity", e.purity, if_there(e.method.paper));
    if (e.soft) add("purity, softplus(5)", *e.soft, {});
    add("mean class, upper half", e.upper, {});
    add("mean class, lower half", e.lower, {});
}

/// Every noise by itself.
void add_levels(Study& study, const Grid& grid, const Entry& e) {
    const auto add = [&](const std::string& figure, const Curve& curve, const Numbers& values) {
        for (std::size_t n = 0; n < grid.noises.size(); ++n)
            if (!std::isnan(values[n]))
                study.rows.push_back({.method = e.method.name,
                                      .figure = text(figure, ", noise ", short_number(grid.noises[n])),
                                      .value = values[n],
                                      .low = curve.low[n],
                                      .high = curve.high[n]});
    };
    add("purity", e.purity, e.purity.mean);
    add("median gap", e.gap, e.gap.mean);
    if (e.delta.high.back() > 0) add("largest relative delta", e.delta, e.delta.high);
}

std::string cell(const std::optional<double>& value) { return value ? fixed(*value, 3) : ""; }

Table summary(const Grid& grid, const std::vector<Entry>& entries) {
    Table table{.caption = text("Means over ", grid.noises.size(), " noises and ", grid.seeds(),
                                " seeds; in brackets the least and the greatest mean of a seed. AUC: trapezoids over "
                                "0.05 .. 0.65, not divided by 0.6."),
                .columns = {{"method"},
                            {"purity", true},
                            {"", true},
                            {"AUC", true},
                            {"the paper's", true},
                            {"softplus(5)", true},
                            {"upper half", true},
                            {"lower half", true},
                            {"note"}},
                .rows = {}};
    for (const Entry& e : entries)
        table.rows.push_back({e.method.name, fixed(e.purity.value, 3),
                              text("[", fixed(std::ranges::min(e.purity.by_seed), 3), ", ",
                                   fixed(std::ranges::max(e.purity.by_seed), 3), "]"),
                              fixed(e.purity.auc, 3), cell(if_there(e.method.paper)),
                              e.soft ? fixed(e.soft->value, 3) : "", fixed(e.upper.auc, 3), fixed(e.lower.auc, 3),
                              e.method.note});
    return table;
}

Chart chart_of(const Grid& grid, const std::vector<Entry>& entries, const std::vector<std::string>& names,
               Curve Entry::*figure) {
    Chart chart;
    for (const std::string& name : names) {
        const Curve& curve = find(entries, name).*figure;
        chart.curves.push_back({name, grid.noises, curve.mean, curve.low, curve.high});
    }
    chart.x_label = "standard deviation of the noise";
    return chart;
}

Section curves_section(const Grid& grid, const std::vector<Entry>& entries) {
    Chart purity = chart_of(
        grid, entries, {"geodesic-ig-knn", "integrated-gradients", "abs-delta", "guided-ig", "enhanced-ig", "random"},
        &Entry::purity);
    purity.title = "Purity at every noise", purity.y_label = "purity";
    purity.alt = "purity of six methods falls with the noise; geodesic IG stays with abs-delta";
    purity.caption = "Bands: the least and the greatest of the seeds.";
    Chart gap = chart_of(grid, entries, {"geodesic-ig-knn", "integrated-gradients", "enhanced-ig"}, &Entry::gap);
    gap.title = "How much cancels", gap.y_label = "median of sum |A| - |dF|";
    gap.alt = "the no-cancellation gap of three methods at every noise";
    gap.caption = "Geodesic IG has nearly none, which is measured, not promised: it does not follow from the metric.";
    return {"Noise by noise", {std::move(purity), std::move(gap)}};
}

Section ablations_section(Study& study, const Grid& grid) {
    Table table{
        .caption = text("One thing done otherwise, ", grid.cells.back().ablated.empty() ? "first seed" : "all seeds",
                        ". E: the defects of the paper and its code, as methods.md counts them."),
        .columns = {{"method"}, {"change"}, {"purity", true}, {"AUC", true}, {"what it is"}},
        .rows = {}};
    const std::vector<Ablation> all = ablations();
    Grid some = grid;
    std::erase_if(some.cells, [](const Cell& c) { return c.ablated.empty(); });
    for (std::size_t k = 0; k < all.size(); ++k) {
        const Curve curve = curve_of(some, [=](const Cell& c) { return c.ablated[k]; });
        table.rows.push_back({all[k].method, all[k].change, fixed(curve.value, 3), fixed(curve.auc, 3), all[k].lesson});
        study.rows.push_back({.method = all[k].method,
                              .figure = "ablation: " + all[k].change,
                              .value = curve.value,
                              .low = std::ranges::min(curve.by_seed),
                              .high = std::ranges::max(curve.by_seed),
                              .note = all[k].lesson,
                              .auc = curve.auc});
    }
    return {"One thing at a time", {std::move(table)}};
}

}  // namespace

Study study_half_moons(const ExperimentOptions& o) {
    const Grid grid = measure_all(o);
    const std::vector<Entry> entries = entries_of(grid);
    Study study;
    for (const Entry& e : entries) add_rows(study, e);
    const Entry &geodesic = find(entries, "geodesic-ig-knn"), &straight = find(entries, "integrated-gradients");
    const double delta = std::ranges::max(geodesic.delta.high), random = find(entries, "random").purity.value;
    study.met =
        delta <= most_delta && geodesic.purity.value >= straight.purity.value + 0.05 && std::abs(random - 0.5) <= 0.02;
    study.report = {.title = "Two moons, and what is on the other side of the border",
                    .subtitle =
                        "Points are ranked by the size of their attribution. The far half should be of the "
                        "other class than the baseline: purity (arXiv 2502.12108, section 4.1)."};
    study.report.sections.push_back(
        {"All methods",
         {Facts{{{"Geodesic IG, neighbours", fixed(geodesic.purity.value, 3), "mean purity"},
                 {"Integrated Gradients", fixed(straight.purity.value, 3), "mean purity"},
                 {"|F(x) - F(x')| itself", fixed(find(entries, "abs-delta").purity.value, 3), "what both aim at"},
                 {"completeness", short_number(delta, 2), "largest relative delta of Geodesic IG"}}},
          summary(grid, entries)}});
    const Trained shown = train({.noise = shown_noise, .seed = o.common.seed + first_seed, .cancel = &o.interrupted});
    study.report.sections.push_back(teaching_page(shown));
    study.report.sections.push_back(pictures(shown));
    study.report.sections.push_back(curves_section(grid, entries));
    study.report.sections.push_back(ablations_section(study, grid));
    for (const Entry& e : entries) add_levels(study, grid, e);
    return study;
}

}  // namespace gradpath::tools
