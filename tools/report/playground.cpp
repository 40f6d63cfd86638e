// Answers travel as base64 in attributes: corners as 16-bit shares of the ground, figures as 32-bit floats, both in the
// byte order of every machine that has a browser.
#include <gradpath/tools/report/playground.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/tools/report/chart.hpp>
#include <gradpath/tools/report/markup.hpp>
#include <gradpath/tools/report/scene.hpp>

namespace gradpath::tools {
namespace {

constexpr double full = 65535;  // of 16 bits

/// The lowest bytes first.
void append(std::string& bytes, std::uint32_t value, int count) {
    for (int k = 0; k < count; ++k) bytes += static_cast<char>(value >> (8 * k) & 255);
}

std::uint32_t share(double value, double low, double high) {
    return static_cast<std::uint32_t>(std::lround(full * std::clamp((value - low) / (high - low), 0.0, 1.0)));
}

std::string ways_of(const Playground& block) {
    const Ground& g = block.ground;
    std::string bytes;
    for (const Playground::Answer& answer : block.answers)
        for (std::size_t k = 0; k < answer.x.size(); ++k) {
            append(bytes, share(answer.x[k], g.left, g.right), 2);
            append(bytes, share(answer.y[k], g.bottom, g.top), 2);
        }
    return base64(bytes);
}

std::string figures_of(const Playground& block) {
    std::string bytes;
    for (const Playground::Answer& a : block.answers)
        for (const double figure :
             {a.line[0], a.line[1], a.curve[0], a.curve[1], a.change, a.line_length, a.curve_length})
            append(bytes, std::bit_cast<std::uint32_t>(static_cast<float>(figure)), 4);
    return base64(bytes);
}

std::string handle(const char* name, const char* letter, const Playground::Grid& grid) {
    return text("<g class=\"handle\" tabindex=\"0\" role=\"slider\" aria-label=\"", name,
                "; arrow keys move it\" aria-valuemin=\"0\" aria-valuemax=\"", grid.columns * grid.rows - 1,
                "\" data-columns=\"", grid.columns, "\" data-rows=\"", grid.rows, "\" data-at=\"", grid.start,
                "\"><circle r=\"12\"/><text dy=\"5\">", letter, "</text></g>");
}

std::string row(const char* name, const char* what) {
    return text("<tr><th scope=\"row\">", name, "</th><td data-line=\"", what, "\"></td><td data-curve=\"", what,
                "\"></td></tr>\n");
}

std::string figures_table() {
    std::string out =
        "<div><table aria-label=\"both attributions\"><thead><tr><th></th><th scope=\"col\">line</th>"
        "<th scope=\"col\">geodesic</th></tr></thead><tbody>\n";
    out += row("x1", "first") + row("x2", "second") + row("their sum", "sum") + row("F(x) − F(x′)", "change") +
           row("error of their sum", "delta") + row("what cancels: Σ|A| − |ΣA|", "cancelled") +
           row("length in the metric", "length");
    return out +
           "</tbody></table>\n<p class=\"said\" aria-live=\"polite\"></p>\n<noscript><p>This drawing needs "
           "scripts, of which the page has one.</p></noscript></div>\n";
}

void check(const Playground& block) {
    const auto places = [](const Playground::Grid& grid) { return grid.columns * grid.rows; };
    for (const Playground::Grid* grid : {&block.inputs, &block.baselines})
        require(grid->columns >= 2 && grid->rows >= 2 && grid->start >= 0 && grid->start < places(*grid),
                "playground: a grid needs two by two places and its handle on one of them: got ", grid->columns, " by ",
                grid->rows, ", handle at ", grid->start);
    const Index pairs = places(block.inputs) * places(block.baselines);
    require(static_cast<Index>(block.answers.size()) == pairs, "playground: needs an answer for each of ", pairs,
            " pairs of places but has ", block.answers.size());
    for (const Playground::Answer& answer : block.answers)
        require(static_cast<Index>(answer.x.size()) == block.corners && answer.y.size() == answer.x.size(),
                "playground: a curve must have ", block.corners, " corners but has ", answer.x.size(), " x and ",
                answer.y.size(), " y");
}

}  // namespace

std::string playground(const Playground& block) {
    check(block);
    const Canvas canvas(block.ground);
    const Ground& g = block.ground;
    return text(
        "<ul class=\"legend\">", legend_entry(0, "straight line: Integrated Gradients"),
        legend_entry(1, "geodesic: Geodesic Integrated Gradients"), "</ul>\n<div class=\"playground\" data-left=\"",
        g.left, "\" data-right=\"", g.right, "\" data-bottom=\"", g.bottom, "\" data-top=\"", g.top,
        "\" data-corners=\"", block.corners, "\" data-ways=\"", ways_of(block), "\" data-figures=\"", figures_of(block),
        "\">\n", open_svg(canvas, "group", block.alt), draw_spots(canvas, block.spots),
        "<path class=\"halo line\"/><path class=\"curve s1 line\"/><path class=\"halo way\"/><path class=\"curve "
        "s2 way\"/>",
        handle("input", "x", block.inputs), handle("baseline", "x′", block.baselines), "</svg>\n", figures_table(),
        "</div>\n");
}

}  // namespace gradpath::tools
