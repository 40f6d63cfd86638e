// A curve is the game of the pixels along one order of them: v(the first k) on the canvas of insertion, v(all but the
// first k) on that of deletion. Rows differ in their order, so each is a game of its own.
#include <gradpath/attribution/quality/insertion_deletion.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gradpath/attribution/coalition/game.hpp>
#include <gradpath/attribution/core/target.hpp>
#include <gradpath/attribution/quality/purity.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::quality {
namespace {

constexpr Index steps_of_a_curve = 224;

/// Pixels of one row, [features], from the largest value to the least.
std::vector<Index> in_decreasing_order(const Tensor& values, const std::vector<Index>& pixel_of, Index pixels) {
    std::vector<double> worth(static_cast<std::size_t>(pixels), 0);
    for (std::size_t i = 0; i < pixel_of.size(); ++i)
        worth[static_cast<std::size_t>(pixel_of[i])] += values.at(static_cast<Index>(i));
    std::vector<Index> order(worth.size());
    std::iota(order.begin(), order.end(), Index{0});
    std::ranges::stable_sort(order, std::ranges::greater{},
                             [&](Index p) { return worth[static_cast<std::size_t>(p)]; });
    return order;
}

/// Who is in the game when a share of the pixels, in their order, has changed.
enum class Way { insert, remove };

PixelCurve walk(Game& game, const std::vector<Index>& order, Index at_a_time, Way way) {
    const auto pixels = static_cast<Index>(order.size());
    PixelCurve curve;
    std::vector<Coalition> coalitions;
    Coalition now = way == Way::insert ? Coalition(pixels) : everybody(pixels);
    for (Index changed = 0;;) {
        curve.changed.push_back(static_cast<double>(changed) / static_cast<double>(pixels));
        coalitions.push_back(now);
        if (changed == pixels) break;
        for (const Index last = std::min(pixels, changed + at_a_time); changed < last; ++changed) {
            const Index pixel = order[static_cast<std::size_t>(changed)];
            if (way == Way::insert) now.add(pixel);
            else now.remove(pixel);
        }
    }
    const Numbers v = game.values(coalitions);
    curve.value.assign(v.begin(), v.end());
    curve.area = area_under(curve.changed, curve.value);
    return curve;
}

struct Question {
    const char* method;
    Way way;
    const Baseline& canvas;
};

std::vector<PixelCurve> curves(const Question& ask, const Model& model, const Tensor& x, const Tensor& values,
                               const PixelSteps& o) {
    require<ShapeError>(x.shape() == values.shape(), ask.method, ": values of shape ", values.shape(),
                        " do not fit an input of shape ", x.shape());
    require(!std::holds_alternative<AllTargets>(o.target), ask.method, ": takes one target at a time");
    require(o.pixels >= 0, ask.method, ": pixels must not be below 0 but are ", o.pixels);
    const Evaluator whole(ask.method, model, x, o.target, o.stage, o.run);
    const Tensor canvas = draw_baseline(ask.method, ask.canvas, x, {o.seed, 0});
    Setup setup{.stage = o.stage, .run = o.run};
    setup.run.facts = whole.facts();
    setup.groups = pixels_of(x.shape().slice(1, x.rank()));
    const Index pixels = *std::ranges::max_element(setup.groups.given) + 1;
    const Index at_a_time = o.pixels > 0 ? o.pixels : std::max(Index{1}, pixels / steps_of_a_curve);
    std::vector<PixelCurve> all;
    for (Index r = 0; r < x.rows(); ++r) {
        setup.target = target_of_rows(whole.fixed_target(), std::span(&r, 1));
        setup.baseline = slice(canvas, 0, r, r + 1);
        Game game(ask.method, model, slice(x, 0, r, r + 1), setup);
        const Tensor row = slice(values, 0, r, r + 1);
        all.push_back(walk(game, in_decreasing_order(row, setup.groups.given, pixels), at_a_time, ask.way));
    }
    return all;
}

}  // namespace

std::vector<PixelCurve> deletion(const Model& model, const Tensor& x, const Tensor& values, const PixelSteps& o,
                                 const Baseline& canvas) {
    return curves({"deletion", Way::remove, canvas}, model, x, values, o);
}

std::vector<PixelCurve> insertion(const Model& model, const Tensor& x, const Tensor& values, const PixelSteps& o,
                                  const Baseline& canvas) {
    return curves({"insertion", Way::insert, canvas}, model, x, values, o);
}

std::vector<PixelCurve> insertion(const Model& model, const Tensor& x, const Tensor& values, const PixelSteps& o) {
    return insertion(model, x, values, o,
                     baseline::Function{.draw = [](const Tensor& rows, Index) { return through_gauss(rows); }});
}

Tensor through_gauss(const Tensor& x) {
    require<ShapeError>(x.rank() >= 3, "through_gauss: needs rows with two axes but the shape is ", x.shape());
    constexpr Index reach = 5;
    constexpr double sigma = 5;
    std::vector<double> weights;
    for (Index k = -reach; k <= reach; ++k)
        weights.push_back(std::exp(-0.5 * static_cast<double>(k * k) / (sigma * sigma)));
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight /= total;
    constexpr Index length = 2 * reach + 1;
    const Index height = x.shape()[-2], width = x.shape()[-1];
    const Tensor kernel = Tensor({1, 1, length, 1}, std::span<const double>(weights)).to(x.dtype());
    const Tensor planes = reshape(x, {x.size() / (height * width), 1, height, width});
    const Tensor down = conv2d(planes, kernel, {.padding = {reach, 0}});
    return reshape(conv2d(down, reshape(kernel, {1, 1, 1, length}), {.padding = {0, reach}}), x.shape());
}

}  // namespace gradpath::attribution::quality
