// One image of several classes, each by four methods: those in output units (their sums mean something) on one scale,
// those in output per input on another. Then one image explained for every class at once.
#include <algorithm>
#include <iterator>

#include <gradpath/attribution/gradient/gradient.hpp>
#include <gradpath/attribution/gradient/input_x_gradient.hpp>
#include <gradpath/attribution/gradient/smooth.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/gallery/gallery.hpp>
#include <gradpath/tools/gallery/run.hpp>

namespace gradpath::tools {
namespace {

using attribution::Attribution;

constexpr Index most_images = 5;
constexpr double tolerance = 5e-3;    // of Integrated Gradients: finer than the eye
constexpr Index steps_for_all = 128;  // nodes where every class is explained at once

Tensor one_row(const Tensor& t) { return reshape(t, t.shape().slice(1, t.rank())); }

struct FourWays {
    Attribution path, product, slope, smooth;
};

FourWays four_ways(const FinishedRun& run, const Tensor& x, Index target) {
    const auto slope_at = [&](const Tensor& at) { return attribution::gradient(run.model, at, {.target = target}); };
    return {attribution::integrated_gradients(run.model, x, {.target = target, .quadrature = {.tolerance = tolerance}}),
            attribution::input_x_gradient(run.model, x, {.target = target}), slope_at(x),
            attribution::smooth(slope_at, x, {.samples = 50, .seed = 1})};
}

/// The image and the maps in output units, then the maps in output per input.
std::vector<Block> blocks_of(const Tensor& x, const FourWays& ways) {
    const Tensor image = one_row(x);
    const std::vector<HeatColumn> shares{{"Integrated Gradients", one_row(ways.path.values)},
                                         {"input x gradient", one_row(ways.product.values)}};
    const std::vector<HeatColumn> slopes{{"gradient", one_row(ways.slope.values)},
                                         {"SmoothGrad", one_row(ways.smooth.values)}};
    Panels in_output = heat_panels(image, shares), in_slopes = heat_panels(image, slopes);
    in_output.caption += ". Shares of the logit: red speaks for the class, blue against it.";
    in_slopes.caption += ". Logit per unit of brightness: what a brighter pixel would do.";
    return {std::move(in_output), std::move(in_slopes)};
}

std::vector<std::string> table_row(const FinishedRun& run, Index row, Index label, const Attribution& a) {
    double total = 0;
    for (Index i = 0; i < a.values.size(); ++i) total += a.values.at(i);
    return {text(class_of(run, label), " (test ", row, ")"),
            fixed(a.f_input[0], 3),
            fixed((*a.f_baseline)[0], 3),
            fixed(total, 3),
            short_number((*a.relative_delta)[0], 2),
            short_number((*a.quadrature_error)[0], 2),
            to_text((*a.steps)[0])};
}

Table numbers_table() {
    return {
        .caption = text(
            "Integrated Gradients from black to the image, within a tolerance of ", tolerance,
            ": the shares sum to the difference of the logits, and the error of the single shares is bounded, too. "
            "The network is linear in pieces, and each piece is taken exactly, so there is none from the quadrature."),
        .columns = {{"image"},
                    {"f(image)", true},
                    {"f(black)", true},
                    {"sum of shares", true},
                    {"relative error", true},
                    {"quadrature error", true},
                    {"gradients", true}},
        .rows = {}};
}

/// One image, a map for each class, on one scale.
Section every_class(const FinishedRun& run, Index row) {
    const Tensor x = slice(run.test.x, 0, row, row + 1);
    const Attribution a = attribution::integrated_gradients(
        run.model, x, {.target = attribution::AllTargets{}, .quadrature = {.steps = steps_for_all}});
    std::vector<HeatColumn> columns;
    for (Index k = 0; k < run.model.classes; ++k) {
        const Tensor map = reshape(slice(a.values, 1, k, k + 1), run.model.input);
        columns.push_back({text(class_of(run, k), ": ", fixed(a.f_input[static_cast<std::size_t>(k)], 1)), map});
    }
    Panels panels = heat_panels(one_row(x), columns);
    panels.caption += ". The number is the logit of the class; one scale for all, so maps may be compared.";
    return {text("One image, every class: why \"", class_of(run, run.test.labels[row]), "\" and nothing else"),
            {std::move(panels)}};
}

/// Each class: how often it is named right, and what it is most often taken for.
Table class_table(const FinishedRun& run) {
    Table table{.caption = "Test images by class, and what the network takes the others for.",
                .columns = {{"class"}, {"named right", true}, {"most often taken for"}, {"of its images", true}},
                .rows = {}};
    const Index classes = run.model.classes;
    for (Index i = 0; i < classes; ++i) {
        Index all = 0, other = i == 0 ? 1 : 0;
        for (Index j = 0; j < classes; ++j) {
            all += run.result.confusion[i * classes + j];
            if (j != i && run.result.confusion[i * classes + j] > run.result.confusion[i * classes + other]) other = j;
        }
        const double share = static_cast<double>(run.result.confusion[i * classes + other]) /
                             static_cast<double>(std::max<Index>(all, 1));
        table.rows.push_back({class_of(run, i), percent(run.result.per_class[static_cast<std::size_t>(i)]),
                              class_of(run, other), percent(share)});
    }
    return table;
}

}  // namespace

std::vector<Section> image_sections(const std::filesystem::path& folder) {
    const FinishedRun run = open_run(folder);
    std::vector<Section> sections{{text("A network on ", run.data), {facts_of(run)}}};
    Table table = numbers_table();
    std::vector<Section> images;
    const Index classes = run.model.classes, shown = std::min(classes, most_images);
    Index last = 0;
    for (Index k = 0; k < shown; ++k) {
        const Index label = classes - 1 - k * classes / shown;  // spread over the classes
        const std::vector<Index> rows = right_rows(run, label, 1);
        if (rows.empty()) continue;
        last = images.empty() ? rows[0] : last;
        const Tensor x = slice(run.test.x, 0, rows[0], rows[0] + 1);
        const FourWays ways = four_ways(run, x, label);
        table.rows.push_back(table_row(run, rows[0], label, ways.path));
        images.push_back({text("Why \"", class_of(run, label), "\"?"), blocks_of(x, ways)});
    }
    const bool explained = !images.empty();
    std::ranges::move(images, std::back_inserter(sections));
    sections.push_back({"The numbers behind the pictures", {std::move(table)}});
    if (explained) sections.push_back(every_class(run, last));
    sections.push_back({"How well it learned", {history_of(run), class_table(run)}});
    return sections;
}

}  // namespace gradpath::tools
