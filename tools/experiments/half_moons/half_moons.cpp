// The study as a whole: its table, its pictures and what it shows.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gradpath/models/sha256.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/experiments/experiment.hpp>
#include <gradpath/tools/experiments/half_moons/beside_paper.hpp>
#include <gradpath/tools/experiments/half_moons/pictures.hpp>

namespace gradpath::tools {
namespace {

using namespace half_moons;
using Numbers = std::vector<double>;

constexpr double most_delta = 1e-3;  // of completeness, relative, for Geodesic IG at every noise
constexpr double least_lead = 0.05;  // of Geodesic IG in purity over Integrated Gradients
constexpr double chance = 0.02;      // by which random numbers may miss 1/2; with --quick, of few points, twice that
constexpr double shown_noise = 0.2;  // of the network that is drawn
constexpr const char* title = "Two moons, and what is on the other side of the border";

std::optional<double> if_there(double value) { return std::isnan(value) ? std::nullopt : std::optional(value); }

/// The least and the greatest of the seeds; of one seed nothing is known of others.
struct Range {
    std::optional<double> low = {}, high = {};
    explicit Range(const Numbers& by_seed) {
        if (by_seed.size() > 1) low = std::ranges::min(by_seed), high = std::ranges::max(by_seed);
    }
};

void add_rows(Study& study, const Entry& e) {
    const auto add = [&](const std::string& figure, const Curve& curve, std::optional<double> paper) {
        const Range range(curve.by_seed);
        study.rows.push_back({.method = e.method.name,
                              .figure = figure,
                              .value = curve.value,
                              .low = range.low,
                              .high = range.high,
                              .note = e.method.note,
                              .auc = curve.auc,
                              .paper_auc = paper});
    };
    add("purity", e.purity, if_there(e.method.paper));
    if (e.soft) add("purity, softplus(5)", *e.soft, {});
    add("mean class, upper half", e.upper, {});
    add("mean class, lower half", e.lower, {});
}

/// Every noise by itself.
void add_levels(Study& study, const Grid& grid, const Entry& e) {
    const auto add = [&](const std::string& figure, const Curve& curve, const Numbers& values) {
        for (std::size_t n = 0; n < grid.noises.size(); ++n) {
            if (std::isnan(values[n])) continue;
            const Range range(grid.seeds() > 1 ? Numbers{curve.low[n], curve.high[n]} : Numbers{});
            study.rows.push_back({.method = e.method.name,
                                  .figure = text(figure, ", noise ", short_number(grid.noises[n])),
                                  .value = values[n],
                                  .low = range.low,
                                  .high = range.high});
        }
    };
    add("purity", e.purity, e.purity.mean);
    add("median gap", e.gap, e.gap.mean);
    if (e.delta.high.back() > 0) add("largest relative delta", e.delta, e.delta.high);
}

std::string cell(const std::optional<double>& value) { return value ? fixed(*value, 3) : ""; }

std::string spread_text(const Numbers& by_seed) {
    const Range range(by_seed);
    return range.low ? text("[", fixed(*range.low, 3), ", ", fixed(*range.high, 3), "]") : "";
}

std::string summary_caption(const Grid& grid) {
    const std::string over = grid.seeds() == 1 ? text("Means over ", grid.noises.size(),
                                                      " noises, of one seed: how others differ is not known.")
                                               : text("Means over ", grid.noises.size(), " noises and ", grid.seeds(),
                                                      " seeds; in brackets the least and the greatest mean of a seed.");
    return over +
           " AUC: trapezoids over 0.05 .. 0.65, not divided by 0.6; upper and lower half: such areas of the mean class "
           "in it, as the paper's words and its code count.";
}

Table summary(const Grid& grid, const std::vector<Entry>& entries) {
    Table table{.caption = summary_caption(grid),
                .columns = {{"method"},
                            {"purity", true},
                            {"by seed", true},
                            {"AUC", true},
                            {"the paper's AUC", true},
                            {"softplus(5)", true},
                            {"upper half", true},
                            {"lower half", true},
                            {"note"}},
                .rows = {}};
    for (const Entry& e : entries)
        table.rows.push_back({e.method.name, fixed(e.purity.value, 3), spread_text(e.purity.by_seed),
                              fixed(e.purity.auc, 3), cell(if_there(e.method.paper)),
                              e.soft ? fixed(e.soft->value, 3) : "", fixed(e.upper.auc, 3), fixed(e.lower.auc, 3),
                              e.method.note});
    const std::vector<Ablation> all = ablations();
    for (std::size_t k = 0; k < all.size(); ++k) {
        if (!is_method(all[k])) continue;
        const Curve curve = ablation_curve(grid, k);
        table.rows.push_back({variational, fixed(curve.value, 3), "", fixed(curve.auc, 3), fixed(variational_paper, 3),
                              "", "", "", all[k].lesson});
    }
    return table;
}

Chart chart_of(const Grid& grid, const std::vector<Entry>& entries, const std::vector<std::string>& names,
               Curve Entry::*figure) {
    Chart chart;
    for (const std::string& name : names) {
        const Curve& curve = entry_of(entries, name).*figure;
        chart.curves.push_back({name, grid.noises, curve.mean});
        if (grid.seeds() > 1) chart.curves.back().low = curve.low, chart.curves.back().high = curve.high;
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
    purity.caption = grid.seeds() > 1 ? "Bands: the least and the greatest of the seeds." : "One seed.";
    Chart gap = chart_of(grid, entries, {"geodesic-ig-knn", "integrated-gradients", "enhanced-ig"}, &Entry::gap);
    gap.title = "How much cancels", gap.y_label = "median of sum |A| - |dF|";
    gap.alt = "the no-cancellation gap of three methods at every noise";
    gap.caption = "Geodesic IG has nearly none, which is measured, not promised: it does not follow from the metric.";
    return {"Noise by noise", {std::move(purity), std::move(gap)}};
}

/// What the ablation is called among the rows: what changes nothing is the method itself.
std::string figure_of(const Ablation& a) {
    if (!a.change.empty()) return "ablation: " + a.change;
    return is_method(a) ? "purity" : "purity, first seed";
}

Section ablations_section(Study& study, const Grid& grid, const std::vector<Entry>& entries) {
    const char* seeds = grid.cells.back().ablated.empty() ? "at the first seed" : "at all seeds";
    Table table{.caption = text("One thing done otherwise, ", grid.seeds() == 1 ? "at one seed" : seeds,
                                ". E1 to E10: see the next table."),
                .columns = {{"method"}, {"change"}, {"purity", true}, {"AUC", true}, {"what it is"}},
                .rows = {}};
    const std::vector<Ablation> all = ablations();
    for (std::size_t k = 0; k < all.size(); ++k) {
        const Curve curve = ablation_curve(grid, k);
        const std::string change = all[k].change.empty() ? "nothing" : all[k].change;
        table.rows.push_back({all[k].method, change, fixed(curve.value, 3), fixed(curve.auc, 3), all[k].lesson});
        study.rows.push_back({.method = all[k].method,
                              .figure = figure_of(all[k]),
                              .value = curve.value,
                              .low = Range(curve.by_seed).low,
                              .high = Range(curve.by_seed).high,
                              .note = all[k].lesson,
                              .auc = curve.auc,
                              .paper_auc = is_method(all[k]) ? std::optional(variational_paper) : std::nullopt});
    }
    return {"One thing at a time", {explanation(grid, entries), std::move(table)}};
}

/// The rows of the networks that are done, named by the hash of their hashes.
StudyData data_of(const Grid& grid, std::vector<std::size_t> done) {
    std::ranges::sort(done);
    models::Sha256 sha;
    for (const std::size_t k : done) sha.add(grid.cells[k].hash);
    return {text("two moons of ", grid.noises.size(), " noises and ", grid.seeds(),
                 grid.seeds() == 1 ? " seed" : " seeds", ", the rows explained",
                 done.size() < grid.cells.size() ? text(" by ", done.size(), " networks") : ""),
            sha.hex()};
}

/// What the networks that are done say, each by itself.
Study networks(const Grid& grid, std::span<const std::size_t> done) {
    Study study;
    study.report.title = title;
    study.data = {data_of(grid, {done.begin(), done.end()})};
    const std::vector<Method> all = methods();
    for (const std::size_t k : done) {
        const Cell& cell = grid.cells[k];
        for (std::size_t m = 0; m < all.size(); ++m)
            study.rows.push_back(
                {.method = all[m].name,
                 .figure = text("purity, noise ", short_number(cell.plan.noise), ", seed ", cell.plan.seed),
                 .value = cell.trained[m].purity.value,
                 .note = all[m].note});
    }
    return study;
}


}  // namespace

Study study_half_moons(const ExperimentOptions& o) {
    const auto keep = [&](const Grid& so_far, std::span<const std::size_t> done) {
        o.keep(networks(so_far, done), text(done.size(), " of ", so_far.cells.size(), " networks"));
    };
    const Grid grid = measure_all(o, keep);
    const std::vector<Entry> entries = entries_of(grid);
    Study study;
    std::vector<std::size_t> all(grid.cells.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    study.data = {data_of(grid, std::move(all))};
    for (const Entry& e : entries) add_rows(study, e);
    const Entry &geodesic = entry_of(entries, "geodesic-ig-knn"), &straight = entry_of(entries, "integrated-gradients");
    const double delta = std::ranges::max(geodesic.delta.high), random = entry_of(entries, "random").purity.value;
    study.met = delta <= most_delta && geodesic.purity.value >= straight.purity.value + least_lead &&
                std::abs(random - 0.5) <= (o.quick ? 2 : 1) * chance;
    study.report = {.title = title,
                    .subtitle =
                        "Points are ranked by the size of their attribution. The far half should be of the "
                        "other class than the baseline: purity (arXiv 2502.12108, section 4.1)."};
    study.report.sections.push_back(
        {"All methods",
         {Facts{{{"Geodesic IG, neighbours", fixed(geodesic.purity.value, 3), "mean purity"},
                 {"Integrated Gradients", fixed(straight.purity.value, 3), "mean purity"},
                 {"|F(x) - F(x')| itself", fixed(entry_of(entries, "abs-delta").purity.value, 3), "what both aim at"},
                 {"completeness", short_number(delta, 2), "largest relative delta of Geodesic IG"}}},
          summary(grid, entries)}});
    std::vector<Block>& first = study.report.sections.back().blocks;
    if (!o.quick) first.emplace_back(independent_run(grid, entries));
    first.emplace_back(spreads(grid, entries));
    const Trained shown = train({.noise = shown_noise, .seed = o.common.seed + first_seed, .cancel = &o.interrupted});
    study.report.sections.push_back(teaching_page(shown));
    study.report.sections.push_back(pictures(shown));
    study.report.sections.push_back(curves_section(grid, entries));
    study.report.sections.push_back(ablations_section(study, grid, entries));
    study.report.sections.push_back(defects_section());
    for (const Entry& e : entries) add_levels(study, grid, e);
    return study;
}

}  // namespace gradpath::tools
