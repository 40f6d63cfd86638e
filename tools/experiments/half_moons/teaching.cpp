// Everything the page may be asked is computed here: fast marching from every place of the baseline, ways back from
// every place of the input, and both integrals.
#include <algorithm>
#include <cmath>

#include <gradpath/attribution/geometry/curve.hpp>
#include <gradpath/attribution/geometry/fast_marching.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/experiments/half_moons/pictures.hpp>

namespace gradpath::tools::half_moons {
namespace {

namespace geometry = attribution::geometry;

constexpr double softness = 5;       // ReLU's slopes jump, which a curve cannot follow
constexpr double least_slope = 0.1;  // added to the metric, as a share of the mean slope: a sure model is nearly flat
constexpr Index columns = 22, rows = 15, baseline_columns = 7, baseline_rows = 5;
constexpr Index corners = 25, edge_nodes = 4, line_nodes = 100, cells = 160, most_cells = 640;
constexpr double margin = 0.5;  // around the ground: ways may leave it a little
constexpr Index points_shown = 300;

/// Places of a grid over the ground, its edges among them, from the bottom, [columns · rows, 2].
Tensor places(const Ground& g, const Playground::Grid& grid) {
    std::vector<double> at;
    for (Index v = 0; v < grid.rows; ++v)
        for (Index u = 0; u < grid.columns; ++u) {
            at.push_back(std::lerp(g.left, g.right, static_cast<double>(u) / static_cast<double>(grid.columns - 1)));
            at.push_back(std::lerp(g.bottom, g.top, static_cast<double>(v) / static_cast<double>(grid.rows - 1)));
        }
    return Tensor({grid.columns * grid.rows, 2}, std::span<const double>(at));
}

struct Lesson {
    Function f;
    geometry::Metric metric;
    Playground shown;
};

/// Straight edges: ∫ ∇F along them, [edges, 2], and how long they are in the metric, [edges].
struct Both {
    Tensor shares, lengths;
};
Both along_edges(const Lesson& lesson, const Tensor& from, const Tensor& to, Index nodes) {
    return {attribution::integrated_gradients(lesson.f, to, {.baseline = from, .quadrature = {.steps = nodes}}).values,
            geometry::straight_lengths(lesson.metric, from, to, nodes)};
}

/// Corners of the shortest way, evenly spaced in the metric, from the source to the place.
Tensor way_between(const geometry::FastMarching& marching, const geometry::Metric& metric, const Tensor& source,
                   const Tensor& place) {
    if (same_bits(source, place)) return concat(std::vector<Tensor>(corners, place));
    return geometry::by_arc_length(metric, marching.way(place), corners);
}

/// From the baseline to every input, by a grid that is made finer where a way back is lost in it.
std::vector<Tensor> ways_from(const Lesson& lesson, const Tensor& baseline, const Tensor& inputs, Index grid_cells) {
    const Ground& g = lesson.shown.ground;
    const geometry::PlaneGrid grid{
        {g.left - margin, g.bottom - margin}, {g.right + margin, g.top + margin}, grid_cells};
    try {
        const geometry::FastMarching marching(lesson.metric, baseline, grid);
        std::vector<Tensor> ways;
        for (Index k = 0; k < inputs.rows(); ++k)
            ways.push_back(way_between(marching, lesson.metric, baseline, slice(inputs, 0, k, k + 1)));
        return ways;
    } catch (const NumericError&) {
        if (grid_cells >= most_cells) throw;
    }
    return ways_from(lesson, baseline, inputs, 2 * grid_cells);
}

/// The answers of all inputs for one baseline.
void add_answers(Lesson& lesson, const Tensor& inputs, const Tensor& baseline) {
    const std::vector<Tensor> ways = ways_from(lesson, baseline, inputs, cells);
    std::vector<Tensor> begins, ends;
    for (const Tensor& way : ways) {
        begins.push_back(slice(way, 0, 0, corners - 1));
        ends.push_back(slice(way, 0, 1, corners));
    }
    const Tensor from = concat(begins), to = concat(ends), origin = broadcast_to(baseline, inputs.shape());
    const Both lines = along_edges(lesson, origin, inputs, line_nodes),
               edges = along_edges(lesson, from, to, edge_nodes);
    const Tensor shares = sum(reshape(edges.shares, {inputs.rows(), corners - 1, 2}), {.axes = {1}}),
                 lengths = sum(reshape(edges.lengths, {inputs.rows(), corners - 1}), {.axes = {1}}),
                 change = lesson.f(inputs) - lesson.f(baseline);
    for (Index k = 0; k < inputs.rows(); ++k) {
        Playground::Answer answer{.x = {},
                                  .y = {},
                                  .line = {lines.shares.at(2 * k), lines.shares.at(2 * k + 1)},
                                  .curve = {shares.at(2 * k), shares.at(2 * k + 1)},
                                  .change = change.at(k),
                                  .line_length = lines.lengths.at(k),
                                  .curve_length = lengths.at(k)};
        const Tensor& way = ways[static_cast<std::size_t>(k)];
        for (Index c = 0; c < corners; ++c) {
            answer.x.push_back(way.at(2 * c));
            answer.y.push_back(way.at(2 * c + 1));
        }
        lesson.shown.answers.push_back(std::move(answer));
    }
}

Lesson begin(const Subject& s) {
    Lesson lesson{log_probability(s.f, 1), {}, {}};
    const double floor = least_slope * mean(sqrt(geometry::squared_slope(lesson.f, s.x))).at(0);
    lesson.metric = geometry::regularised(geometry::conformal(lesson.f), floor * floor);
    Playground& shown = lesson.shown;
    shown.title = "Move the input x and the baseline x′";
    shown.alt = "the plane of the half moons with a straight and a geodesic way between two handles";
    shown.ground = ground_of(s.f);
    shown.inputs = {columns, rows, 4 * columns + 15};
    shown.baselines = {baseline_columns, baseline_rows, 3 * baseline_columns + 1};
    shown.corners = corners;
    shown.caption =
        "F is log p of class 1 (red). The geodesic is the shortest way in the metric of F, found by fast "
        "marching. Both ways share F(x) - F(x′) out completely: what their sum is off by is the error of the "
        "integration. They differ in what cancels, shares of opposite signs, which is never below 0. All of it was "
        "computed when this page was made.";
    for (Index r = 0; r < points_shown; ++r) {
        const double side = s.predicted[static_cast<std::size_t>(r)] == 0 ? -1 : 1;
        shown.spots.push_back(
            {s.x.at(2 * r), s.x.at(2 * r + 1), diverging(side, Theme::light), diverging(side, Theme::dark)});
    }
    return lesson;
}

}  // namespace

Section teaching_page(const Trained& trained) {
    const NoRecording plain;
    Lesson lesson = begin(softened(trained, softness));
    const Tensor inputs = places(lesson.shown.ground, lesson.shown.inputs),
                 baselines = places(lesson.shown.ground, lesson.shown.baselines);
    for (Index b = 0; b < baselines.rows(); ++b) add_answers(lesson, inputs, slice(baselines, 0, b, b + 1));
    return {"Try it", {std::move(lesson.shown)}};
}

}  // namespace gradpath::tools::half_moons
