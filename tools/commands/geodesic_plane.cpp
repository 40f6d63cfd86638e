// A curve in the plane of two features: F behind it, the straight line beside it, axes and a legend around it.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/geodesic_result.hpp>
#include <gradpath/tools/report/chart.hpp>

namespace gradpath::tools {
namespace {

constexpr Index side = 544, cell = 4, cells = side / cell;  // pixels of the plane and of its colours
constexpr Index left = 80, top = 8, right = 16, bottom = 154, tick = 6;

/// A square of the plane around some points, and where its points are in the picture.
struct Frame {
    double x_low, y_low, span;

    explicit Frame(const Tensor& points) {
        const auto range = [wide = points.to(DType::float64)](Index axis) {
            const Tensor column = slice(wide, 1, axis, axis + 1);
            return std::pair(min(column).item(), max(column).item());
        };
        const auto [x_least, x_most] = range(0);
        const auto [y_least, y_most] = range(1);
        span = std::max({1.5 * (x_most - x_least), 1.5 * (y_most - y_least), 1e-6});
        x_low = (x_least + x_most - span) / 2;
        y_low = (y_least + y_most - span) / 2;
    }
    Index column(double x) const { return left + static_cast<Index>((x - x_low) / span * side); }
    Index row(double y) const { return top + side - 1 - static_cast<Index>((y - y_low) / span * side); }
};

void draw_line(Picture& picture, const Frame& frame, const Tensor& points, Colour colour, Index width) {
    for (Index k = 0; k + 1 < points.rows(); ++k) {
        const double x = points.at(2 * k), y = points.at(2 * k + 1);
        const double dx = points.at(2 * k + 2) - x, dy = points.at(2 * k + 3) - y;
        const auto steps = static_cast<Index>(std::max(std::abs(dx), std::abs(dy)) / frame.span * side * 2) + 1;
        for (Index s = 0; s <= steps; ++s) {
            const double t = static_cast<double>(s) / static_cast<double>(steps);
            fill(picture, frame.column(x + t * dx) - width / 2, frame.row(y + t * dy) - width / 2, width, width,
                 colour);
        }
    }
}

/// Where the colours of F begin and end, and whether it is not a number somewhere.
struct Range {
    double low, high;
    bool gaps;
};

/// F over the plane, blue where it is low and red where it is high.
Range paint_field(Picture& picture, const Frame& frame, const FoundGeodesic& g) {
    std::vector<double> points;
    for (Index row = 0; row < cells; ++row)
        for (Index column = 0; column < cells; ++column) {
            points.push_back(frame.x_low + (static_cast<double>(column) + 0.5) / cells * frame.span);
            points.push_back(frame.y_low + frame.span - (static_cast<double>(row) + 0.5) / cells * frame.span);
        }
    const std::vector<double> values =
        g.f(Tensor({cells * cells, 2}, std::span<const double>(points)).to(g.subject.dtype));
    Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                std::ranges::any_of(values, [](double value) { return std::isnan(value); })};
    for (const double value : values)
        if (std::isfinite(value)) range = {std::min(range.low, value), std::max(range.high, value), range.gaps};
    const double middle = (range.low + range.high) / 2, half = std::max((range.high - range.low) / 2, 1e-12);
    for (Index k = 0; k < cells * cells; ++k)
        fill(picture, left + k % cells * cell, top + k / cells * cell, cell, cell,
             diverging(0.7 * (values[static_cast<std::size_t>(k)] - middle) / half));
    return range;
}

/// Numbers with as many digits as tell them apart, but not fewer than three.
std::vector<std::string> told_apart(const std::vector<double>& numbers) {
    std::vector<std::string> words(numbers.size());
    for (int digits = 3; digits <= std::numeric_limits<double>::max_digits10; ++digits) {
        std::ranges::transform(numbers, words.begin(), [&](double at) { return short_number(at, digits); });
        if (std::ranges::adjacent_find(words) == words.end()) break;
    }
    return words;
}

struct Ticks {
    std::vector<double> at;
    std::vector<std::string> words;
};

/// Along one side of the plane: not more than have room beside each other.
Ticks ticks_from(double low, double span) {
    for (int count = 6;; --count) {
        const std::vector<double> at = round_ticks(low, low + span, count);
        const Ticks ticks{at, told_apart(at)};
        Index width = 0;
        for (const std::string& word : ticks.words) width += text_width(word + "  ");
        if (width <= side || count == 1) return ticks;
    }
}

void draw_axes(Picture& picture, const Frame& frame, const Page& colours) {
    outline(picture, left - 1, top - 1, side + 2, side + 2, colours.line);
    const Index below = top + side, half = text_height() / 2;
    const auto& [xs, x_words] = ticks_from(frame.x_low, frame.span);
    const auto& [ys, y_words] = ticks_from(frame.y_low, frame.span);
    for (std::size_t k = 0; k < xs.size(); ++k) {
        const Index x = frame.column(xs[k]);
        fill(picture, x, below, 2, tick, colours.ink);
        draw_text(picture, x - text_width(x_words[k]) / 2, below + tick + 2, x_words[k], colours.ink);
    }
    for (std::size_t k = 0; k < ys.size(); ++k) {
        const Index y = frame.row(ys[k]);
        fill(picture, left - tick, y, tick, 2, colours.ink);
        const Index room = left - tick - 4, x = std::max<Index>(room - text_width(y_words[k]), 2);
        draw_text(picture, x, y - half + 2, y_words[k], colours.ink);
    }
    draw_text(picture, left + side - text_width("x1"), below + tick + 2 + text_height(), "x1", colours.ink);
    draw_text(picture, 2, top, "x2", colours.ink);
}

void draw_legend(Picture& picture, const FoundGeodesic& g, const Range& range, const Page& colours) {
    const Index sample = 40, first = top + side + tick + 2 * text_height() + 6;
    const auto entry = [&](Index line, Index width, Colour colour, const std::string& words) {
        const Index y = first + line * (text_height() + 2);
        if (width > 0) fill(picture, left, y + text_height() / 2 - width / 2 - 2, sample, width, colour);
        draw_text(picture, width > 0 ? left + sample + 8 : left, y, words, colours.ink);
    };
    entry(0, 4, colours.ink, "the curve, length " + short_number(g.curve.length, 4));
    entry(1, 2, colours.soft, "the straight line, length " + short_number(g.curve.straight_length, 4));
    entry(2, 0, {},
          text("F, ", describe(g.attribution.stage), ": from ", short_number(range.low, 3), " (blue) to ",
               short_number(range.high, 3), " (red)"));
    if (range.gaps) entry(3, 12, missing(), "F is not a number");
}

/// A square at an end of the curve, and its name on the side that the curve does not leave to.
void draw_end(Picture& picture, const Frame& frame, const Tensor& points, Index end, const Page& colours) {
    const Index x = frame.column(points.at(2 * end)), y = frame.row(points.at(2 * end + 1));
    const bool to_the_right = points.at(2 * (end == 0 ? 1 : end - 1)) > points.at(2 * end);
    const char* name = end == 0 ? "from" : "to";
    fill(picture, x - 5, y - 5, 11, 11, colours.ink);
    draw_text(picture, to_the_right ? x - 10 - text_width(name) : x + 10, y - text_height() / 2, name, colours.ink);
}

}  // namespace

Picture geodesic_plane(const FoundGeodesic& g) {
    const Tensor straight = straight_of(g.curve.corners);
    const Frame frame(concat({g.curve.corners, straight}));
    const Page colours = page(Theme::light);
    Picture picture = blank(left + side + right, top + side + bottom, colours.paper);
    const Range range = paint_field(picture, frame, g);
    draw_line(picture, frame, straight, colours.soft, 2);
    draw_line(picture, frame, g.curve.corners, colours.ink, 4);
    for (const Index end : {Index{0}, g.curve.corners.rows() - 1})
        draw_end(picture, frame, g.curve.corners, end, colours);
    draw_axes(picture, frame, colours);
    draw_legend(picture, g, range, colours);
    return picture;
}

}  // namespace gradpath::tools
