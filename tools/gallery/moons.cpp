// A model of two numbers can be seen whole, so here methods can be judged by eye: arrows in the plane, the shares of a
// few points as bars, and the error of each quadrature rule against the number of gradients it takes.
#include <cmath>

#include <gradpath/attribution/gradient/gradient.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/gallery/gallery.hpp>
#include <gradpath/tools/gallery/plane.hpp>
#include <gradpath/tools/gallery/run.hpp>

namespace gradpath::tools {
namespace {

using attribution::Attribution;
using attribution::IntegratedGradients;
using attribution::QuadratureRule;
using attribution::Stage;

constexpr Index points_shown = 400, arrows_per_class = 9, bars_per_class = 2;
constexpr double gradient_length = 0.34;  // of the longest arrow, in the plane's units
constexpr double share_length = 0.55;

/// The log-odds of the lower moon.
Function odds_of(const models::Model& model) {
    return [&model](const Tensor& x) {
        const Tensor z = model(x);
        return reshape(slice(z, 1, 1, 2) - slice(z, 1, 0, 1), {x.rows()});
    };
}

std::vector<Arrow> arrows(const Tensor& x, const Tensor& directions, double longest) {
    double most = 0;
    for (Index i = 0; i < x.rows(); ++i)
        most = std::max(most, std::hypot(directions.at(2 * i), directions.at(2 * i + 1)));
    std::vector<Arrow> list;
    for (Index i = 0; i < x.rows(); ++i) {
        const double by = longest / std::max(most, 1e-12);
        list.push_back({x.at(2 * i), x.at(2 * i + 1), by * directions.at(2 * i), by * directions.at(2 * i + 1)});
    }
    return list;
}

Panels::Panel plane_panel(const FinishedRun& run, std::string title, std::vector<Arrow> shown,
                          const std::vector<double>& mark, std::string note) {
    Plane plane{.points = slice(run.test.x, 0, 0, points_shown),
                .labels = Indices({points_shown}, run.test.labels.data().first(static_cast<std::size_t>(points_shown))),
                .arrows = std::move(shown),
                .mark = mark};
    Panels::Panel panel{.title = std::move(title),
                        .alt = "the plane, coloured by the model's belief, with points and arrows",
                        .note = std::move(note)};
    panel.light = paint_plane(odds_of(run.model), plane);
    plane.theme = Theme::dark;
    panel.dark = paint_plane(odds_of(run.model), plane);
    return panel;
}

Bars bars_of(const FinishedRun& run, const std::vector<Index>& rows, const Attribution& a) {
    Bars bars{.title = "Shares of single points",
              .alt = "signed bars, two for each point",
              .caption = "Each pair of bars sums to the log-odds of the point minus those of the baseline."};
    for (std::size_t k = 0; k < rows.size(); ++k) {
        const auto i = static_cast<Index>(k);
        const std::string place =
            text("(", fixed(run.test.x.at(2 * rows[k]), 2), ", ", fixed(run.test.x.at(2 * rows[k] + 1), 2), ")");
        for (const Index feature : {Index{0}, Index{1}})
            bars.bars.push_back({text(class_of(run, run.test.labels[rows[k]]), " ", place, ": x", feature + 1),
                                 a.values.at(2 * i + feature)});
    }
    return bars;
}

Chart convergence(const FinishedRun& run, const Tensor& x, const Tensor& baseline) {
    const Function odds = odds_of(run.model);
    Chart chart{.title = "What a rule costs",
                .x_label = "gradients per point",
                .y_label = "relative error of the sum",
                .alt = "errors of four quadrature rules fall with the number of gradients",
                .log_x = true,
                .log_y = true,
                .caption =
                    "|sum of the shares - (f(x) - f(baseline))|, relative, mean over the points. The network is "
                    "piecewise linear: kinks keep high-order rules from their full speed."};
    for (const QuadratureRule rule :
         {QuadratureRule::left, QuadratureRule::trapezoid, QuadratureRule::midpoint, QuadratureRule::gauss_legendre}) {
        Chart::Curve curve{describe(rule), {}, {}};
        for (Index steps = 2; steps <= 512; steps *= 2) {
            const Attribution a = attribution::integrated_gradients(
                odds, x, {.baseline = baseline, .quadrature = {.steps = steps, .rule = rule}});
            double total = 0;
            for (const double error : *a.relative_delta) total += error;
            curve.x.push_back(static_cast<double>(steps));
            curve.y.push_back(total / static_cast<double>(a.relative_delta->size()));
        }
        chart.curves.push_back(std::move(curve));
    }
    return chart;
}

}  // namespace

std::vector<Section> moons_sections(const std::filesystem::path& folder) {
    const FinishedRun run = open_run(folder);
    std::vector<Index> shown = right_rows(run, 0, arrows_per_class), few = right_rows(run, 0, bars_per_class);
    for (const Index row : right_rows(run, 1, arrows_per_class)) shown.push_back(row);
    for (const Index row : right_rows(run, 1, bars_per_class)) few.push_back(row);
    const auto rows_at = [&](const std::vector<Index>& rows) {
        return gather(run.test.x, Indices({static_cast<Index>(rows.size())}, rows));
    };
    const Tensor x = rows_at(shown), centre = mean(run.test.x, {.axes = {0}, .keep = true});
    const Function odds = odds_of(run.model);

    const Tensor slopes = attribution::gradient(odds, x).values;
    const Tensor shares = attribution::integrated_gradients(odds, x, {.baseline = centre}).values;
    Panels planes{.caption =
                      "Colour: how sure the network is of a class; points: the test set. The function explained is the "
                      "log-odds of the lower moon."};
    planes.panels.push_back(plane_panel(
        run, "Gradient", arrows(x, slopes, gradient_length), {},
        "Where to step to make the lower moon likelier. It points across the border, whatever the point is."));
    planes.panels.push_back(
        plane_panel(run, "Integrated Gradients", arrows(x, shares, share_length), {centre.at(0), centre.at(1)},
                    "How much of the answer each coordinate earned on the way from the ring, the centre of the data."));
    const Attribution a = attribution::integrated_gradients(odds, rows_at(few), {.baseline = centre});
    return {{"Half moons, seen whole", {facts_of(run), std::move(planes), bars_of(run, few, a)}},
            {"What accuracy costs", {convergence(run, x, centre)}}};
}

}  // namespace gradpath::tools
