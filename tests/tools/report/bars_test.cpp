#include <gradpath/tools/report/bars.hpp>

#include <doctest/doctest.h>

#include <limits>

using namespace gradpath;
using namespace gradpath::tools;

namespace {

/// Of the pixels in a row of the picture, how many have the colour, and the first and last of them.
struct Run {
    Index count = 0, first = -1, last = -1;
};
Run run(const Picture& picture, Index y, Colour colour) {
    Run found;
    for (Index x = 0; x < picture.width; ++x) {
        if (!(pixel(picture, x, y) == colour)) continue;
        if (found.first < 0) found.first = x;
        found.last = x;
        ++found.count;
    }
    return found;
}

/// The bars of a colour from top to bottom, each by its first row of pixels; the line of zero may stand in it.
std::vector<Run> bars_of(const Picture& picture, Colour colour) {
    std::vector<Run> bars;
    bool inside = false;
    for (Index y = 0; y < picture.height; ++y) {
        const Run here = run(picture, y, colour);
        const bool solid = here.count > 0 && here.count >= here.last - here.first;
        if (solid && !inside) bars.push_back(here);
        inside = solid;
    }
    return bars;
}

}  // namespace

TEST_CASE("bars begin at one zero, to both sides, and are as long as their numbers say") {
    for (const Theme theme : {Theme::light, Theme::dark}) {
        const Picture picture = paint(Bars{"why?", "", {{"a", 2}, {"b", -1}, {"c", 0.5}, {"d", 0}}}, theme);
        const std::vector<Run> positive = bars_of(picture, diverging(1, theme)),
                               negative = bars_of(picture, diverging(-1, theme));
        REQUIRE(positive.size() == 2);
        REQUIRE(negative.size() == 1);
        CHECK(positive[0].count == 149);  // 150, of which the line of zero covers one
        CHECK(negative[0].count == 75);
        CHECK(std::abs(positive[1].count - 37) <= 1);
        CHECK(positive[0].first == positive[1].first);
        CHECK(std::abs(negative[0].last - positive[0].first) <= 2);
        CHECK(pixel(picture, 0, 0) == page(theme).paper);
    }
}

TEST_CASE("a number that is not finite has a colour of its own and does not stretch the scale") {
    const double none = std::numeric_limits<double>::quiet_NaN(), huge = std::numeric_limits<double>::infinity();
    const Picture picture = paint(Bars{"", "", {{"a", none}, {"b", huge}, {"c", 1}}});
    CHECK(bars_of(picture, missing()).size() == 2);
    CHECK(bars_of(picture, diverging(1)).at(0).count == 149);
}

TEST_CASE("of many bars the largest are drawn, in their order, and the picture has room for the words that say so") {
    Bars many{"", "", {}};
    for (int i = 0; i < 60; ++i) many.bars.push_back({"x" + std::to_string(i), i < 20 ? 0.001 : 1.0});
    Bars few{"", "", {many.bars.begin() + 20, many.bars.end()}};
    CHECK(few.bars.size() == most_bars);
    CHECK(paint(many).height > paint(few).height);
    CHECK(paint(many).width == paint(few).width);
}

TEST_CASE("no bar, only zeros, errors and very long names are drawn, too, and the same bars give the same picture") {
    CHECK(paint(Bars{}).height > 0);
    CHECK(bars_of(paint(Bars{"", "", {{"a", 0}}}), diverging(1)).empty());
    const Bars longest{"", "", {{std::string(500, 'm'), 1, 0.25}}};
    CHECK(paint(longest).width < 1000);
    CHECK(paint(longest).pixels == paint(longest).pixels);
    CHECK(bars_of(paint(longest), diverging(1)).at(0).count < 149);  // the error reaches beyond the bar
}
