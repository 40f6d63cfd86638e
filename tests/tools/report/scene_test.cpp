// Pieces of the plane as drawings, and the page whose handles move: what is in the file, and what a browser makes of
// it.
#include <gradpath/tools/report/playground.hpp>
#include <gradpath/tools/report/scene.hpp>
#include <gradpath/tools/report/script.hpp>

#include <doctest/doctest.h>

#include <gradpath/tools/report/html.hpp>
#include <support/refused.hpp>
#include <tools/browser.hpp>

using namespace gradpath;
using namespace gradpath::tools;

namespace {

Ground square() { return {.left = -1, .right = 1, .bottom = -1, .top = 1, .light = blank(2, 2, {255, 255, 255})}; }

/// Places 0 .. 3 for the input and for the baseline; every figure tells which pair it belongs to.
Playground four_by_four() {
    Playground block{.title = "Move",
                     .alt = "a square",
                     .ground = square(),
                     .inputs = {2, 2, 1},
                     .baselines = {2, 2, 0},
                     .corners = 3};
    for (int pair = 0; pair < 16; ++pair) {
        const double p = pair;
        block.answers.push_back({.x = {-1, 0, 1},
                                 .y = {-1, 1, p / 15},
                                 .line = {p, 1},
                                 .curve = {p + 2, -1},
                                 .change = p + 1,
                                 .line_length = 10 + p,
                                 .curve_length = 5});
    }
    return block;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a scene draws in the units of the plane, x to the right and y upwards") {
    Scene scene{.title = "t", .alt = "what it shows", .ground = square(), .names = {"a way"}};
    scene.lines.push_back({0, {-1, 1}, {-1, 1}});
    scene.ellipses.push_back({0, 0, {0.5, 0}, {0, 0.25}});
    scene.spots.push_back({1, -1, {1, 2, 3}, {4, 5, 6}});
    const std::string drawn = svg(scene);
    CHECK(has(drawn, "viewBox=\"0 0 720 720\""));
    CHECK(has(drawn, "<title>what it shows</title>"));
    CHECK(has(drawn, "d=\"M0 720L720 0\""));
    CHECK(has(drawn, "cx=\"360\" cy=\"360\" rx=\"180\" ry=\"90\""));
    CHECK(has(drawn, "--light:rgb(1 2 3);--dark:rgb(4 5 6)\" cx=\"720\" cy=\"720\""));
    CHECK(has(drawn, "a way</li>"));
}

TEST_CASE("a page has a script where there is a playground, named by its hash, and else none") {
    const std::string with =
        html({.title = "T", .subtitle = "", .sections = {{"S", {four_by_four()}}}, .provenance = {}});
    const std::string without = html({.title = "T", .subtitle = "", .sections = {}, .provenance = {}});
    CHECK(has(with, "; script-src '" + script_hash(playground_script()) + "'"));
    CHECK(has(with, std::string(playground_script())));
    CHECK(!has(without, "<script"));
    CHECK(!has(without, "script-src"));
    for (const char* outside : {"http://", "https://", "src=\"//"}) CHECK(!has(with, outside));
}

TEST_CASE("handles start, and move by keys and pointer, in a browser") {
    const std::string page =
        html({.title = "T", .subtitle = "", .sections = {{"S", {four_by_four()}}}, .provenance = {}});
    if (!browser::found()) {
        MESSAGE("skipped: no chromium");
        return;
    }
    const std::string still = browser::open(page).dom;
    CHECK(has(still, "<td data-line=\"first\">1.0000</td><td data-curve=\"first\">3.0000</td>"));
    CHECK(has(still, "<td data-line=\"delta\">0.0000</td><td data-curve=\"delta\">0.0000</td>"));
    CHECK(has(still, "<td data-line=\"cancelled\">0.0000</td><td data-curve=\"cancelled\">2.0000</td>"));
    CHECK(has(still, "aria-valuetext=\"x1 = 1.00, x2 = -1.00\""));
    CHECK(has(still, "d=\"M0.0 720.0L720.0 720.0\""));
    const std::string pressed =
        browser::open(page, browser::keys("press(x, 'ArrowUp'); press(x, 'ArrowUp'); press(b, 'ArrowRight'); "
                                          "press(b, 'Tab');"))
            .dom;  // input 3, baseline 1: pair 7
    CHECK(has(pressed, "<td data-line=\"first\">7.0000</td>"));
    CHECK(has(pressed, "<td data-line=\"length\">17.0000</td><td data-curve=\"length\">5.0000</td>"));
    CHECK(has(pressed, "Input x1 = 1.00, x2 = 1.00; baseline x1 = 1.00, x2 = -1.00."));
    const std::string drag =
        "const svg = document.querySelector('.playground svg'), frame = svg.getBoundingClientRect();"
        "svg.setPointerCapture = () => {};"
        "const point = (type, u, v) => svg.dispatchEvent(new PointerEvent(type, {clientX: frame.left + u * frame.width,"
        " clientY: frame.top + (1 - v) * frame.height, pointerId: 1, bubbles: true}));"
        "point('pointerdown', 0.95, 0.05); point('pointermove', 0.1, 0.9); point('pointerup', 0.1, 0.9);"
        "point('pointermove', 0.9, 0.9);";
    CHECK(has(browser::open(page, drag).dom, "<td data-line=\"first\">2.0000</td>"));  // input 2, baseline 0
}

TEST_CASE("scenes and playgrounds say what does not fit") {
    Scene line{.title = "t", .alt = "", .ground = square(), .names = {"a"}, .lines = {{1, {0}, {0}}}};
    Scene flat{.title = "t", .alt = "", .ground = {.left = 1, .right = 1, .light = {}}};
    Playground few = four_by_four(), bent = four_by_four(), off = four_by_four();
    few.answers.pop_back();
    bent.answers[3].y.pop_back();
    off.inputs.start = 4;
    tests::check_refused(
        {{[&] { svg(line); }, "scene: a line needs a name and as many x as y: got name 1 of 1, 1 and 1"},
         {[&] { svg(flat); }, "scene: the ground must be wide and high: got 1 .. 1 by 0 .. 1"},
         {[&] { playground(few); }, "playground: needs an answer for each of 16 pairs of places but has 15"},
         {[&] { playground(bent); }, "playground: a curve must have 3 corners but has 3 x and 2 y"},
         {[&] { playground(off); },
          "playground: a grid needs two by two places and its handle on one of them: got 2 by 2, handle at 4"}});
}
