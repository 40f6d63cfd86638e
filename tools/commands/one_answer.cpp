#include <gradpath/tools/commands/one_answer.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/format.hpp>

namespace gradpath::tools {
namespace {

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

Steps features_of(const OneAnswer& answer) {
    Steps steps;
    for (Index k = 0; k < answer.values.size(); ++k)
        steps.push_back({answer.names.at(static_cast<std::size_t>(k)), answer.values.at(k)});
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

bool all_finite(const OneAnswer& answer) {
    bool finite = std::isfinite(answer.f_input) && std::isfinite(*answer.f_baseline);
    for (Index k = 0; k < answer.values.size(); ++k) finite = finite && std::isfinite(answer.values.at(k));
    return finite;
}

}  // namespace

void set_shares(OneAnswer& answer, const std::vector<ColumnShare>& shares) {
    std::vector<double> values;
    for (const ColumnShare& share : shares) {
        answer.names.push_back(text(share.name, " = ", share.input));
        values.push_back(share.attribution);
    }
    answer.values = Tensor({static_cast<Index>(values.size())}, std::span<const double>(values));
}

Panels ways_to_draw(const OneAnswer& answer) {
    const auto drawn = [&](const char* title, const Tensor& values, const Heatmap& options) {
        const HeatColumn column{title, values};
        return heat_panels(answer.picture, std::span(&column, 1), options);
    };
    Panels all = drawn("both signs", answer.values, {});
    const double limit = all.scale.limit;
    const auto add = [&](const char* title, const Tensor& values, HeatKind kind) {
        all.panels.push_back(drawn(title, values, {.kind = kind, .limit = limit}).panels.back());
    };
    add("positive", relu(answer.values), HeatKind::heat);
    add("negative", -relu(-answer.values), HeatKind::heat);
    add("on the image", answer.values, HeatKind::overlay);
    all.panels.back().note = "tinted; read values from 'both signs'";
    add("absolute", answer.values, HeatKind::absolute);
    all.panels.back().note = text("paper is 0, ink ", short_number(limit, 3));
    all.title = answer.title;
    all.caption += text(". Red speaks for ", answer.score, ", blue against it.");
    return all;
}

std::optional<Waterfall> waterfall_of(const OneAnswer& answer) {
    if (!answer.f_baseline || !all_finite(answer)) return {};
    const bool picture = static_cast<bool>(answer.picture);
    Waterfall w{
        .title = text("How ", answer.method, " adds up"),
        .alt = text("Bars from F(x\u2032) to F(x), the largest shares first"),
        .from_name = "F(x\u2032), of the baseline",
        .from = *answer.f_baseline,
        .steps = largest_first(picture ? patches_of(answer.values) : features_of(answer)),
        .to_name = "F(x), of the input",
        .caption = text("F is ", answer.score, picture ? ", shared out among patches of the picture" : ", shared out",
                        ": red raises it, blue lowers it.")};
    double gap = answer.f_input - w.from;
    for (const Waterfall::Step& step : w.steps) gap -= step.change;
    if (std::abs(gap) > 1e-6 * std::abs(answer.f_input - w.from)) w.steps.push_back({"not accounted for", gap});
    return w;
}

}  // namespace gradpath::tools
