// A cell of a bar is full, half or empty; a cell of a map is an upper half block, whose two colours are two pixels.
#include <gradpath/tools/commands/terminal_picture.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/report/heatmap.hpp>
#include <gradpath/tools/report/markup.hpp>

namespace gradpath::tools {
namespace {

constexpr const char *full = "\u2588", *right_half = "\u2590", *left_half = "\u258C", *upper_half = "\u2580";
constexpr const char *red = "\x1b[31m", *blue = "\x1b[34m", *plain = "\x1b[0m";
constexpr Index most_rows = 4;

std::string repeated(const char* letter, Index count) {
    std::string out;
    for (Index k = 0; k < count; ++k) out += letter;
    return out;
}

/// Half of a bar's field, of so many cells: filled from the side of zero by a share of 0 .. 1.
std::string field(double share, Index cells, bool leftwards) {
    const Index halves = std::lround(share * 2 * static_cast<double>(cells)), whole = halves / 2, half = halves % 2;
    const std::string blanks(static_cast<std::size_t>(cells - whole - half), ' ');
    const std::string filled = repeated(full, whole);
    const std::string end = half == 0 ? "" : leftwards ? right_half : left_half;
    return leftwards ? blanks + end + filled : filled + end + blanks;
}

std::string coloured(const std::string& words, const char* colour, bool wanted) {
    return wanted ? colour + words + plain : words;
}

std::string escape_for(const Colour& c, const char* ground) {
    return text("\x1b[", ground, ";2;", int{c.red}, ";", int{c.green}, ";", int{c.blue}, "m");
}

/// Two pixels, the upper over the lower.
std::string cell(const Colour& upper, const Colour& lower) {
    return escape_for(upper, "38") + escape_for(lower, "48") + upper_half;
}

/// The sizes of two pixels as one shade.
const char* shade(double upper, double lower) {
    constexpr std::array<const char*, 5> shades{" ", "\u2591", "\u2592", "\u2593", "\u2588"};
    const double share = std::clamp((std::abs(upper) + std::abs(lower)) / 2, 0.0, 1.0);
    return shades[static_cast<std::size_t>(std::lround(share * 4))];
}

Tensor one_row(const Tensor& t, Index row) { return reshape(slice(t, 0, row, row + 1), t.shape().slice(1, t.rank())); }

}  // namespace

std::string bars_text(const std::vector<Bars::Bar>& bars, Index width, bool colour) {
    std::size_t longest = 0;
    double largest = 0;
    for (const Bars::Bar& bar : bars) {
        longest = std::max(longest, letters(bar.name));
        if (std::isfinite(bar.value)) largest = std::max(largest, std::abs(bar.value));
    }
    const Index side = std::min<Index>((width - static_cast<Index>(longest) - 3) / 2, 30);
    if (side < 2) return "";
    std::string out;
    for (const Bars::Bar& bar : bars) {
        const double share = std::isfinite(bar.value) && largest > 0 ? bar.value / largest : 0;
        out += bar.name + std::string(longest - letters(bar.name) + 2, ' ') +
               coloured(field(std::max(-share, 0.0), side, true), blue, colour) + "\u2502" +
               coloured(field(std::max(share, 0.0), side, false), red, colour) + "\n";
    }
    return out;
}

std::string map_text(const Tensor& map, Index width, bool colour) {
    const Tensor plane = map.rank() == 3 ? sum(map, {.axes = {0}}) : map;
    const Index height = plane.shape()[0], columns = plane.shape()[1];
    if (columns > width) return "";
    const HeatScale scale = heat_scale(std::span(&plane, 1));
    const auto share = [&](Index i, Index j) {
        const double value = i < height ? plane.at(i * columns + j) : 0;
        return std::isfinite(value) && scale.limit > 0 ? std::clamp(value / scale.limit, -1.0, 1.0) : 0;
    };
    const auto paint = [](double t) { return heat_colour(t, HeatKind::heat, Theme::dark); };
    std::string out;
    for (Index i = 0; i < height; i += 2) {
        for (Index j = 0; j < columns; ++j)
            out += colour ? cell(paint(share(i, j)), paint(share(i + 1, j))) : shade(share(i, j), share(i + 1, j));
        out += colour ? std::string(plain) + "\n" : "\n";
    }
    const char* means = colour ? "red for, blue against; " : "shades are sizes; ";
    return out + wrapped(text(means, "up to \u00b1", short_number(scale.limit, 3), "; ", describe(scale)), 0,
                         static_cast<std::size_t>(width));
}

std::string result_drawing(const Explained& e, Index width, bool colour) {
    if (!of_features(e) || e.attribution.all_targets) return "";
    const Tensor values = feature_values(e);
    std::string out;
    for (Index row = 0; row < std::min(most_rows, values.rows()); ++row) {
        const Tensor one = one_row(values, row);
        if (is_image(e.subject.row)) out += "\n" + map_text(one, width, colour);
        else if (const auto bars = feature_bars(e, static_cast<std::size_t>(row)))
            out += "\n" + bars_text(bars->bars, width, colour);
    }
    return out;
}

}  // namespace gradpath::tools
