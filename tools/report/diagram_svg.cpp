// A diagram as a picture. Widths are those of the widest usual fonts, so that text stays in its box on every machine.
#include <gradpath/tools/report/diagram.hpp>

#include <algorithm>

#include <gradpath/tools/report/layered.hpp>
#include <gradpath/tools/report/markup.hpp>

namespace gradpath::tools {
namespace {

constexpr double title_letter = 8.4, line_letter = 7.3;  // pixels, of 13 px bold and of 12 px monospace
constexpr double line_height = 17, side = 14, edge = 9;
constexpr double heading = 40;

constexpr const char* style = R"css(
svg { color-scheme: light dark; --page: #f6f7f9; --paper: #ffffff; --tint: #e8f0f9; --ink: #1c2026; --soft: #5b6472;
  --line: #c3cad4; --accent: #1d5c9e; }
@media (prefers-color-scheme: dark) { svg { --page: #101216; --paper: #16181d; --tint: #17273a; --ink: #e2e5eb;
  --soft: #98a1af; --line: #414954; --accent: #7db8f0; } }
text { text-anchor: middle; fill: var(--soft); font: 12px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono",
  monospace; }
.title, .name { fill: var(--ink); font: 600 13px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
  "DejaVu Sans", sans-serif; }
.page { fill: var(--page); } .box { fill: var(--paper); stroke: var(--line); }
.parameters { fill: var(--tint); } .input, .output { stroke: var(--accent); stroke-width: 1.5; }
.arrow { fill: none; stroke: var(--soft); stroke-width: 1.3; } .head { fill: var(--soft); }
)css";

const char* class_of(Diagram::Kind kind) {
    switch (kind) {
        case Diagram::Kind::input: return "input";
        case Diagram::Kind::output: return "output";
        case Diagram::Kind::parameters: return "parameters";
        default: return "step";
    }
}

double width_of(const std::string& words, double letter) { return letter * static_cast<double>(letters(words)); }

/// A long formula would make a wide picture: the heading shows its beginning, the title all of it.
std::string shortened(std::string words) {
    constexpr std::size_t most = 72;
    if (letters(words) <= most) return words;
    while (letters(words) >= most) words.pop_back();
    return words + "…";
}

Extent extent_of(const Diagram::Box& box) {
    double wide = width_of(box.title, title_letter);
    for (const std::string& line : box.lines) wide = std::max(wide, width_of(line, line_letter));
    const std::size_t count = box.lines.size() + (box.title.empty() ? 0 : 1);
    return {std::max(wide + 2 * side, 56.0), std::max(static_cast<double>(count) * line_height + 2 * edge, 34.0)};
}

std::string words_at(double x, double y, const std::string& words, const char* kind) {
    return text("<text", kind, " x=\"", coordinate(x), "\" y=\"", coordinate(y), "\">", escape(words), "</text>\n");
}

std::string draw_box(const Diagram::Box& box, const Spot& at, const Extent& size) {
    const bool end = box.kind == Diagram::Kind::input || box.kind == Diagram::Kind::output;
    std::string out = text("<rect class=\"box ", class_of(box.kind), "\" x=\"", coordinate(at.x), "\" y=\"",
                           coordinate(at.y), "\" width=\"", coordinate(size.width), "\" height=\"",
                           coordinate(size.height), "\" rx=\"", end ? 17 : 6, "\"/>\n");
    const double x = at.x + size.width / 2;
    double y = at.y + edge + 12.5;
    if (!box.title.empty()) {
        out += words_at(x, y, box.title, " class=\"name\"");
        y += line_height;
    }
    for (const std::string& line : box.lines) {
        out += words_at(x, y, line, "");
        y += line_height;
    }
    return out;
}

/// Straight, a curve that leaves and arrives upright, straight, ..; with a head at its end.
std::string draw_arrow(const std::vector<Spot>& route) {
    const auto point = [](double x, double y) { return coordinate(x) + " " + coordinate(y); };
    constexpr double head = 7;
    std::string path = "M" + point(route[0].x, route[0].y);
    for (std::size_t i = 1; i < route.size(); ++i) {
        const Spot &from = route[i - 1], &to = route[i];
        const double bend = (from.y + to.y) / 2;
        const bool last = i + 1 == route.size();
        if (i % 2 == 1) path += " L" + point(to.x, last ? to.y - head : to.y);
        else path += " C" + point(from.x, bend) + " " + point(to.x, bend) + " " + point(to.x, to.y);
    }
    const Spot& tip = route.back();
    return text("<path class=\"arrow\" d=\"", path, "\"/>\n<path class=\"head\" d=\"M", point(tip.x, tip.y), " L",
                point(tip.x - 4, tip.y - head), " L", point(tip.x + 4, tip.y - head), " Z\"/>\n");
}

}  // namespace

std::string svg(const Diagram& diagram) {
    require_ordered(diagram);
    std::vector<Extent> sizes;
    for (const Diagram::Box& box : diagram.boxes) sizes.push_back(extent_of(box));
    Layout layout = layered(sizes, diagram.arrows);
    const std::string title = shortened(diagram.title);
    const double width = std::max(layout.whole.width, width_of(title, title_letter) + 48);
    const double shift = (width - layout.whole.width) / 2, height = layout.whole.height + heading;
    const auto moved = [&](Spot& spot) { spot = {spot.x + shift, spot.y + heading}; };
    for (Spot& spot : layout.boxes) moved(spot);
    for (std::vector<Spot>& route : layout.routes)
        for (Spot& spot : route) moved(spot);

    std::string out = text("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 ", coordinate(width),
                           " ", coordinate(height), "\" width=\"", coordinate(width), "\" height=\"",
                           coordinate(height), "\">\n<title>", escape(diagram.title), "</title>\n<style>", style,
                           "</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n",
                           words_at(width / 2, 34, title, " class=\"title\""));
    for (const std::vector<Spot>& route : layout.routes) out += draw_arrow(route);
    for (std::size_t i = 0; i < diagram.boxes.size(); ++i) out += draw_box(diagram.boxes[i], layout.boxes[i], sizes[i]);
    return out + "</svg>\n";
}

}  // namespace gradpath::tools
