// What a browser makes of a page with every kind of block, in light and dark: nothing to complain of, for axe-core
// neither (https://github.com/dequelabs/axe-core, from npm), and tables that sort.
#include <gradpath/tools/report/html.hpp>

#include <doctest/doctest.h>

#include <cstdlib>

#include <gradpath/autodiff/random.hpp>
#include <tools/browser.hpp>
#include <tools/program.hpp>

using namespace gradpath;
using namespace gradpath::tools;

namespace {

Table sorting_table() {
    return {.caption = "Figures",
            .columns = {{"method"}, {"area", true}},
            .rows = {{"b", "0.5 ± 0.1"}, {"a", "-"}, {"d", "-2"}, {"c", "10"}},
            .sorts = true};
}

Report every_block() {
    const Tensor image = random::uniform({8, 8}, 0, 1, {.seed = 1});
    const HeatColumn column{"a method", random::normal({8, 8}, {.seed = 2})};
    Panels maps = heat_panels(image, std::span(&column, 1));
    maps.title = "An image";
    const Ground ground{.left = -1, .right = 1, .bottom = -1, .top = 1, .light = blank(2, 2, {255, 255, 255})};
    Playground playground{
        .title = "Move", .alt = "a square", .ground = ground, .inputs = {2, 2}, .baselines = {2, 2}, .corners = 2};
    for (int pair = 0; pair < 16; ++pair)
        playground.answers.push_back({.x = {-1, 1},
                                      .y = {-1, 1},
                                      .line = {1, 1},
                                      .curve = {1, 1},
                                      .change = 2,
                                      .line_length = 1,
                                      .curve_length = 1});
    return {
        .title = "Every kind of block",
        .subtitle = "as a browser shows it",
        .sections =
            {{"Words and numbers",
              {Text{{"A paragraph."}}, Facts{{{"steps", "64", "midpoint"}, {"rows", "3"}}}, sorting_table()}},
             {"Pictures",
              {maps, heat_panels(image, std::span(&column, 1), {.kind = HeatKind::absolute}),
               Chart{"loss", "epoch", "nats", "loss falls", {{"train", {1, 2}, {3, 1}}, {"test", {1, 2}, {4, 2}}}},
               Bars{"bars", "two bars", {{"x1", 2, 0.5}, {"x2", -1}}},
               Waterfall{"sum", "bars from 1 to 3", "begin", 1, {{"x1", 3}, {"x2", -1}}, "end"},
               Scene{.title = "plane", .alt = "a plane", .ground = ground, .spots = {{0, 0, {}, {}}}}, playground}}},
        .provenance = {{"seed", "1"}, {"command", std::string(40, 'c')}}};
}

/// More columns than a page is wide, with long names and numbers.
Table wide_table() {
    Table table{.caption = "Wide",
                .columns = {{"method"}},
                .rows = {{"integrated-gradients"}, {"random (control)"}},
                .sorts = true};
    for (const char* name : {"completeness", "comprehensiveness", "sufficiency", "infidelity", "sensitivity-max"})
        for (const char* arrow : {" \u2191", " \u2193", ""}) {
            table.columns.push_back({std::string(name) + arrow, true});
            for (auto& row : table.rows) row.push_back("-0.000123 ± 1.3e-08");
        }
    return table;
}

/// The first column, from the top.
std::string order_in(const std::string& dom) {
    std::string names;
    for (auto at = dom.find("<th scope=\"row\">"); at != dom.npos; at = dom.find("<th scope=\"row\">", at + 1))
        if (dom[at + 17] == '<') names += dom[at + 16];
    return names;
}

std::string clicks(int column, int count) {
    return "for (let k = 0; k < " + std::to_string(count) + "; ++k) document.querySelectorAll('.sorts thead button')[" +
           std::to_string(column) + "].click();";
}

}  // namespace

TEST_CASE("a browser has nothing to say of a page with every kind of block, and axe finds no serious fault") {
    if (!browser::found()) {
        MESSAGE("skipped: no chromium");
        return;
    }
    const std::string page = html(every_block()), rules = browser::axe();
    if (rules.empty()) MESSAGE("accessibility skipped: npm has no axe-core");
    for (const bool dark : {false, true}) {
        CAPTURE(dark);
        CHECK(browser::open(page, "", dark).console == "");
        if (!rules.empty()) CHECK(browser::faults(page, rules, dark).starts_with("0 of "));
    }
}

TEST_CASE("nothing is cut off: not on a telephone, where wide things scroll, and not on paper") {
    if (!browser::found()) {
        MESSAGE("skipped: no chromium");
        return;
    }
    Report report = every_block();
    report.sections.push_back({"Wide", {wide_table()}});
    const std::string page = html(report);
    for (const auto& [width, paper] : {std::pair{400, false}, {768, false}, {1280, false}, {718, true}}) {
        CAPTURE(width);
        CHECK(browser::cuts(page, width, paper).starts_with("0 of "));
    }
    std::string broken = page;
    broken.insert(broken.find("<header>"), "<p style=\"min-width: 900px\">wide</p>");
    for (const bool paper : {false, true}) CHECK_FALSE(browser::cuts(broken, 718, paper).starts_with("0 of "));
}

TEST_CASE("paper is light, whatever the theme of the screen") {
    if (!browser::found()) {
        MESSAGE("skipped: no chromium");
        return;
    }
    const std::string page = html(every_block()), printed = browser::print(page);
    CHECK(printed.starts_with("%PDF"));
    CHECK(printed.size() > 10'000);
    CHECK(browser::print(page, true) == printed);
    std::string careless = page;
    for (const std::string rule = "screen and (prefers-color-scheme: dark)"; careless.find(rule) != careless.npos;)
        careless.replace(careless.find(rule), rule.size(), "all");
    CHECK(browser::print(careless) != printed);
}

TEST_CASE("a browser hears of what a page's policy forbids") {
    if (!browser::found()) {
        MESSAGE("skipped: no chromium");
        return;
    }
    std::string page = html(every_block());
    page.insert(page.rfind("</body>"), "<script>document.title = 'foreign';</script>");
    const browser::Shown shown = browser::open(page);
    CHECK(shown.console.find("Content Security Policy") != shown.console.npos);
    CHECK(shown.dom.find("<title>foreign") == shown.dom.npos);
}

TEST_CASE("rows sort by a click on a heading, numbers by size, what is none last") {
    if (!browser::found()) {
        MESSAGE("skipped: no chromium");
        return;
    }
    const std::string page = html({.title = "T", .sections = {{"S", {sorting_table()}}}});
    CHECK(order_in(page) == "badc");
    CHECK(order_in(browser::open(page, clicks(0, 1)).dom) == "abcd");
    CHECK(order_in(browser::open(page, clicks(1, 1)).dom) == "dbca");
    const std::string twice = browser::open(page, clicks(1, 2)).dom;
    CHECK(order_in(twice) == "cbda");
    CHECK(twice.find("aria-sort=\"descending\"") != twice.npos);
}
