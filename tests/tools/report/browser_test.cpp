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

/// The text of axe-core; empty where npm cannot get it.
std::string axe() {
    const program::Folder folder;
    const std::string command = "cd '" + folder.path().string() +
                                "' && command -v npm >/dev/null 2>&1 && timeout 120 npm install --prefer-offline "
                                "--no-audit --no-fund axe-core@4 >log 2>&1";
    return std::system(command.c_str()) == 0 ? program::read(folder / "node_modules/axe-core/axe.min.js") : "";
}

/// Leaves the faults of the page that matter most in an element of their own.
const char* const look_for_faults =
    "axe.run(document, {resultTypes: ['violations']}).then(found => {"
    "const faults = found.violations.filter(v => v.impact === 'serious' || v.impact === 'critical');"
    "const told = document.createElement('pre');"
    "told.textContent = 'faults: ' + faults.length + ' of ' + found.passes.length + ' rules passed'"
    "+ faults.map(v => v.id + ' ' + v.nodes.map(n => n.html).join(' ')).join(' ');"
    "document.body.append(told);});";

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
    const std::string page = html(every_block()), rules = axe();
    if (rules.empty()) MESSAGE("accessibility skipped: npm has no axe-core");
    for (const bool dark : {false, true}) {
        CAPTURE(dark);
        CHECK(browser::open(page, "", dark).console == "");
        if (rules.empty()) continue;
        const browser::Shown shown = browser::open(page, rules + "\n" + look_for_faults, dark);
        const auto told = shown.dom.rfind("faults: ");
        REQUIRE_MESSAGE(told != shown.dom.npos, shown.console);
        CHECK_MESSAGE(shown.dom.substr(told).starts_with("faults: 0 of "), shown.dom.substr(told));
    }
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
