// Bars that begin where the one before ended, and a sum that is what they come to.
#include <gradpath/tools/report/waterfall.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <regex>

#include <support/refused.hpp>

using namespace gradpath;
using namespace gradpath::tools;

namespace {

struct Bar {
    std::string kind;
    double left, width;
};

std::vector<Bar> bars_of(const std::string& drawn) {
    const std::regex bar("<rect class=\"(\\w+)\" x=\"([^\"]+)\" y=\"[^\"]+\" width=\"([^\"]+)\"");
    std::vector<Bar> list;
    for (std::sregex_iterator it(drawn.begin(), drawn.end(), bar), end; it != end; ++it)
        list.push_back({(*it)[1], std::stod((*it)[2]), std::stod((*it)[3])});
    return list;
}

Waterfall from_one(std::vector<Waterfall::Step> steps) {
    return {.title = "t",
            .alt = "what it shows",
            .from_name = "f(x')",
            .from = 1,
            .steps = std::move(steps),
            .to_name = "f(x)"};
}

}  // namespace

TEST_CASE("each bar of a waterfall begins where the last one ended") {
    const std::string drawn = svg(drawing_of(from_one({{"a", 3}, {"b", -1}, {"c", 2}})));
    const std::vector<Bar> bars = bars_of(drawn);
    REQUIRE(bars.size() == 3);
    CHECK(bars[0].kind == "positive");
    CHECK(bars[1].kind == "negative");
    CHECK(bars[0].width == doctest::Approx(3 * bars[1].width).epsilon(1e-3));
    CHECK(bars[1].left + bars[1].width == doctest::Approx(bars[0].left + bars[0].width).epsilon(1e-3));
    CHECK(bars[2].left == doctest::Approx(bars[1].left).epsilon(1e-3));
    CHECK(bars[2].width == doctest::Approx(2 * bars[1].width).epsilon(1e-3));
}

TEST_CASE("a waterfall tells where it begins, each step with its sign, and what it comes to") {
    const std::string drawn = svg(drawing_of(from_one({{"a & b", 3}, {"c", -1.5}})));
    for (const char* words : {"<title>what it shows</title>", ">f(x&#39;)</text>", ">1</text>", ">a &amp; b</text>",
                              ">+3</text>", ">-1.5</text>", ">f(x)</text>", ">2.5</text>"})
        CHECK_MESSAGE(drawn.find(words) != drawn.npos, words);
    CHECK(bars_of(svg(drawing_of(from_one({})))).empty());
    CHECK(svg(drawing_of(from_one({{"nothing", 0}}))).find("nan") == std::string::npos);
}

TEST_CASE("a waterfall takes finite numbers") {
    const double none = std::numeric_limits<double>::quiet_NaN();
    Waterfall nowhere = from_one({});
    nowhere.from = none;
    tests::check_refused({{[&] { drawing_of(nowhere); }, "waterfall: it must begin with a finite number: got nan"},
                          {[&] {
                               svg(drawing_of(from_one({{"a", none}})));
                           },
                           "waterfall: a step must be finite: \"a\" is nan"}});
}
