#include <gradpath/tools/report/heatmap.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/tools/report/report.hpp>

using namespace gradpath;
using namespace gradpath::tools;

namespace {

constexpr std::array themes{Theme::light, Theme::dark};
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Tensor map(const Shape& shape, std::initializer_list<double> values) { return Tensor(shape, values, DType::float64); }

}  // namespace

TEST_CASE("colours end at the percentile of |a|, symmetric about zero, and what lies beyond is counted") {
    std::vector<double> values(101);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i) * (i % 2 == 0 ? 1 : -1);
    const Tensor ramp({1, 101}, std::span<const double>(values));
    const HeatScale scale = heat_scale(std::span(&ramp, 1));
    CHECK(scale.limit == doctest::Approx(99));
    CHECK(scale.clipped == 1);
    CHECK(scale.total == 101);
    CHECK(describe(scale) == "colours end at percentile 99 of |a|; 1 of 101 clipped");
    CHECK(heat_scale(std::span(&ramp, 1), {.percentile = 97.5}).limit == doctest::Approx(97.5));
    CHECK(describe(heat_scale(std::span(&ramp, 1), {.percentile = 100})) ==
          "colours end at the largest |a|; 0 of 101 clipped");
    CHECK(describe(heat_scale(std::span(&ramp, 1), {.limit = 90})) ==
          "colours end at the given limit; 10 of 101 clipped");
    const Picture picture = paint(ramp, scale);
    CHECK(pixel(picture, 0, 0) == diverging(0));
    CHECK(pixel(picture, 100, 0) == diverging(1));
    CHECK(pixel(picture, 49, 0) == diverging(-49.0 / 99));
}

TEST_CASE("one scale holds for several maps") {
    const std::vector<Tensor> maps{map({1, 2}, {1, 2}), map({1, 2}, {-8, 4})};
    const HeatScale scale = heat_scale(maps, {.percentile = 100});
    CHECK(scale.limit == 8);
    CHECK(scale.total == 4);
    CHECK(pixel(paint(maps[0], scale), 1, 0) == diverging(0.25));
}

TEST_CASE("a sparse map is shown up to its largest number") {
    std::vector<double> values(1000);
    values[3] = -5;
    const Tensor sparse({10, 100}, std::span<const double>(values));
    const HeatScale scale = heat_scale(std::span(&sparse, 1));
    CHECK(scale.limit == 5);
    CHECK(scale.clipped == 0);
    CHECK(scale.percentile == 100);
}

TEST_CASE("maps of zeros, of one pixel, of none and with NaN are drawn") {
    const Tensor zero = map({2, 2}, {0, 0, 0, 0});
    CHECK(heat_scale(std::span(&zero, 1)).limit == 0);
    CHECK(pixel(paint(zero, heat_scale(std::span(&zero, 1))), 1, 1) == diverging(0));
    CHECK(heatmap(zero).width > 280);
    CHECK(heatmap(map({1, 1}, {3})).height > 280);
    CHECK(heatmap(zeros({0, 5})).width > 0);
    const Tensor broken = map({1, 3}, {not_a_number, std::numeric_limits<double>::infinity(), 1});
    const HeatScale scale = heat_scale(std::span(&broken, 1));
    CHECK(scale.limit == 1);
    CHECK(describe(scale) == "colours end at percentile 99 of |a|; 0 of 3 clipped; 2 not finite");
    const Picture picture = paint(broken, scale);
    CHECK(pixel(picture, 0, 0) == missing());
    CHECK(pixel(picture, 1, 0) == missing());
    CHECK(pixel(picture, 2, 0) == diverging(1));
}

TEST_CASE("channels are summed") {
    const Tensor colour = map({3, 1, 2}, {1, 2, 10, 20, -5, -30});
    const HeatScale scale = heat_scale(std::span(&colour, 1), {.percentile = 100});
    CHECK(scale.limit == 8);
    CHECK(scale.total == 2);
    CHECK(pixel(paint(colour, scale), 1, 0) == diverging(-1));
    const HeatColumn column{"m", colour};
    CHECK(heat_panels({}, std::span(&column, 1)).caption.ends_with("; sum over 3 channels"));
}

TEST_CASE("an overlay shows the image where nothing is attributed and the end colours where most is") {
    const Tensor image = map({1, 3}, {0, 0.5, 1}), a = map({1, 3}, {-2, 0, 2});
    for (const Theme theme : themes) {
        const Picture picture = paint(a, {.limit = 2, .total = 3}, {.kind = HeatKind::overlay, .theme = theme}, image);
        CHECK(pixel(picture, 0, 0) == diverging(-1));
        CHECK(pixel(picture, 1, 0) == grey(0.5));
        CHECK(pixel(picture, 2, 0) == diverging(1));
    }
}

TEST_CASE("absolute maps forget the sign") {
    const Tensor a = map({1, 2}, {-2, 2});
    const Picture picture = paint(a, {.limit = 2}, {.kind = HeatKind::absolute});
    CHECK(pixel(picture, 0, 0) == sequential(1));
    CHECK(pixel(picture, 1, 0) == sequential(1));
}

TEST_CASE("images outside of 0 .. 1 are stretched, others are not") {
    CHECK(pixel(paint_image(map({1, 2}, {0.2, 0.4})), 0, 0) == grey(0.2));
    const Picture stretched = paint_image(map({1, 3}, {-1, 1, 3}));
    CHECK(pixel(stretched, 0, 0) == grey(0));
    CHECK(pixel(stretched, 1, 0) == grey(0.5));
    CHECK(pixel(stretched, 2, 0) == grey(1));
    CHECK(pixel(paint_image(map({3, 1, 1}, {1, 0, 0.2})), 0, 0) == Colour{255, 0, 51});
}

TEST_CASE("a box is drawn around a part of the panel, on its outermost pixels inside, and changes nothing else") {
    const Tensor blank_map = zeros({10, 10});
    const Picture plain = heatmap(blank_map), boxed = heatmap(blank_map, {.box = HeatBox{2, 5, 3, 9}});
    REQUIRE(plain.width == boxed.width);
    REQUIRE(plain.height == boxed.height);
    constexpr Index factor = 28, left_of_panel = 16;
    Index changed = 0, left = boxed.width, right = 0, top = boxed.height, bottom = 0;
    for (Index y = 0; y < boxed.height; ++y)
        for (Index x = 0; x < boxed.width; ++x) {
            if (pixel(plain, x, y) == pixel(boxed, x, y)) continue;
            ++changed;
            left = std::min(left, x), right = std::max(right, x + 1);
            top = std::min(top, y), bottom = std::max(bottom, y + 1);
        }
    CHECK(left == left_of_panel + 3 * factor);
    CHECK(right - left == 6 * factor);
    CHECK(bottom - top == 3 * factor);
    CHECK(changed == 2 * (6 + 3) * factor - 4);
}

TEST_CASE("heat maps say what they cannot draw") {
    const Tensor flat = map({3}, {1, 2, 3}), square = map({2, 2}, {1, 2, 3, 4});
    CHECK_THROWS_WITH_AS(
        heatmap(flat), "heatmap: the map must be [height, width] or [channels, height, width]: got (3,); pick one row",
        ShapeError);
    CHECK_THROWS_WITH_AS(heatmap(square, {.percentile = 101}),
                         "heatmap: the percentile must lie in 0 .. 100: got 101; 100 clips nothing", ValueError);
    CHECK_THROWS_WITH_AS(heatmap(square, {.limit = -1}),
                         "heatmap: the limit must be finite and not negative: got -1; 0 takes the percentile",
                         ValueError);
    CHECK_THROWS_WITH_AS(heatmap(square, {.kind = HeatKind::overlay}),
                         "heatmap: overlay needs the image: got none; use heat, or give it", ShapeError);
    CHECK_THROWS_WITH_AS(heatmap(square, {.kind = HeatKind::overlay}, map({1, 2}, {0, 1})),
                         "heatmap: map and image must have one size: got (2, 2) on (1, 2); enlarge the map first",
                         ShapeError);
    CHECK_THROWS_WITH_AS(heat_grid({}, {}), "heatmap: at least one map is needed: got none; give one column",
                         ValueError);
    const std::vector<HeatColumn> uneven{{"a", square}, {"b", map({1, 2}, {1, 2})}};
    CHECK_THROWS_WITH_AS(heat_grid({}, uneven),
                         "heatmap: panels side by side must have one size: got 2 by 2 and 2 by 1; draw them apart",
                         ShapeError);
    CHECK_THROWS_AS(paint_image(zeros({2, 4, 4})), ShapeError);
}

TEST_CASE("a sheet shows each panel enlarged by wnot_a_number pixels beside a full colour bar") {
    const std::vector<HeatColumn> columns{{"a", map({2, 2}, {4, 0, 0, -4})}, {"b", map({2, 2}, {0, 4, 0, 0})}};
    const Picture sheet = heat_grid(zeros({2, 2}), columns, {.percentile = 100, .least_side = 100, .title = "t"});
    std::size_t red = 0, blue = 0;
    for (Index y = 0; y < sheet.height; ++y) {
        for (Index x = 0; x < sheet.width; ++x) {
            red += pixel(sheet, x, y) == diverging(1);
            blue += pixel(sheet, x, y) == diverging(-1);
        }
    }
    CHECK(red >= 2 * 2400);  // two squares of 50 by 50, less their frame, and the end of the bar
    CHECK(red < 2 * 2700);
    CHECK(blue >= 2400);
    CHECK(blue < 2700);
}
