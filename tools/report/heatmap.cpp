// Sheets are laid out from left to right: panels of equal size, then the colour bar; titles above, notes below. The
// signed map divided by the limit is the position on the palette, so zero is always paper.
#include <gradpath/tools/report/heatmap.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/tools/report/markup.hpp>

namespace gradpath::tools {
namespace {

constexpr Index margin = 16;  // pixels around everything
constexpr Index gap = 12;     // between panels
constexpr Index bar_width = 14;
constexpr Index tick_length = 4;

/// Numbers of a map or an image, summed over channels, in double.
struct Grid {
    Index channels = 1, height = 0, width = 0;
    std::vector<double> values;
};

Grid grid(const Tensor& map, const char* what) {
    const Shape& shape = map.shape();
    require<ShapeError>(shape.rank() == 2 || shape.rank() == 3, "heatmap: the ", what,
                        " must be [height, width] or [channels, height, width]: got ", shape, "; pick one row");
    Grid sums{shape.rank() == 3 ? shape[0] : 1, shape[-2], shape[-1], {}};
    const Index pixels = sums.height * sums.width;
    sums.values.assign(static_cast<std::size_t>(pixels), 0.0);
    for (Index i = 0; i < map.size(); ++i) sums.values[static_cast<std::size_t>(i % pixels)] += map.at(i);
    return sums;
}

/// NumPy's default: linear between the two nearest ranks of the sorted numbers.
double quantile(const std::vector<double>& sorted, double percentile) {
    const double rank = percentile / 100 * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(sorted[below], sorted[above], rank - static_cast<double>(below));
}

Colour blend(Colour under, Colour over, double alpha) {
    const auto mix = [&](int a, int b) { return static_cast<std::uint8_t>(std::lround(std::lerp(a, b, alpha))); };
    return {mix(under.red, over.red), mix(under.green, over.green), mix(under.blue, over.blue)};
}

/// The image keeps its own brightness in both themes, so the colours laid over it are those for white paper in both.
Colour over(Colour under, double t) { return blend(under, diverging(t < 0 ? -1 : 1), std::min(std::abs(t), 1.0)); }

/// The grey image of an overlay, one number a pixel, in 0 .. 1.
std::vector<double> grey_levels(const Tensor& image) {
    const Picture shown = paint_image(image);
    std::vector<double> levels;
    for (Index i = 0; i < shown.width * shown.height; ++i) {
        const Colour c = pixel(shown, i % shown.width, i / shown.width);
        levels.push_back((0.2126 * c.red + 0.7152 * c.green + 0.0722 * c.blue) / 255);  // luma of ITU-R BT.709
    }
    return levels;
}

struct Panel {
    std::string title;
    Picture picture;
};

struct Sheet {
    std::vector<Panel> panels;
    std::vector<std::string> notes;
    HeatScale scale;
};

std::vector<double> ticks(HeatKind kind) {
    return kind == HeatKind::absolute ? std::vector<double>{0, 0.5, 1} : std::vector<double>{-1, -0.5, 0, 0.5, 1};
}

Index widest_number(const HeatScale& scale, HeatKind kind) {
    Index widest = 0;
    for (double t : ticks(kind)) widest = std::max(widest, text_width(number_text(t * scale.limit, 3)));
    return widest;
}

void draw_bar(Picture& sheet, Index x, Index y, Index height, const HeatScale& scale, const Heatmap& options) {
    const Page colours = page(options.theme);
    const double lowest = options.kind == HeatKind::absolute ? 0 : -1;
    for (Index i = 0; i < height; ++i) {
        const double t =
            std::lerp(1, lowest, height < 2 ? 0.5 : static_cast<double>(i) / static_cast<double>(height - 1));
        fill(sheet, x, y + i, bar_width, 1, heat_colour(t, options.kind, options.theme));
    }
    outline(sheet, x - 1, y - 1, bar_width + 2, height + 2, colours.line);
    if (scale.limit == 0) return draw_text(sheet, x + bar_width + 8, y + height / 2 - 7, "0", colours.ink);
    for (double t : ticks(options.kind)) {
        const auto at = y + static_cast<Index>(std::lround((1 - t) / (1 - lowest) * static_cast<double>(height - 1)));
        fill(sheet, x + bar_width, at, tick_length, 1, colours.line);
        draw_text(sheet, x + bar_width + tick_length + 4, at - 6, number_text(t * scale.limit, 3), colours.ink);
    }
}

/// Ink within paper, to be seen on any colours; the ink is on the pixels inside.
void draw_box(Picture& panel, const HeatBox& box, Index factor, const Page& colours) {
    const Index x = box.left * factor, y = box.top * factor, width = (box.right - box.left) * factor,
                height = (box.bottom - box.top) * factor;
    outline(panel, x, y, width, height, colours.ink);
    outline(panel, x - 1, y - 1, width + 2, height + 2, colours.paper);
}

using Lines = std::vector<std::string>;

Index height_of(const Lines& lines) { return static_cast<Index>(lines.size()) * text_height(); }

/// From left to right: where the panels and the bar stand.
struct Layout {
    Index factor, panel_width, panel_height, bar_x, wide;
    Index panel_x(std::size_t index) const { return margin + static_cast<Index>(index) * (panel_width + gap); }
};

Layout layout(const Sheet& sheet, const Heatmap& options) {
    const Picture& first = sheet.panels[0].picture;
    const Index longer = std::max<Index>({first.width, first.height, 1});
    Layout plan{};
    plan.factor = std::max<Index>((options.least_side + longer - 1) / longer, 1);
    plan.panel_width = first.width * plan.factor;
    plan.panel_height = std::max<Index>(first.height * plan.factor, 100);  // room for the numbers of the bar
    plan.bar_x = plan.panel_x(sheet.panels.size()) + 4;
    plan.wide = plan.bar_x + bar_width + tick_length + 4 + widest_number(sheet.scale, options.kind) + margin;
    return plan;
}

Picture draw(const Sheet& sheet, const Heatmap& options) {
    const Page colours = page(options.theme);
    const Layout plan = layout(sheet, options);
    const Lines title = wrap(options.title, plan.wide - 2 * margin);
    Lines notes;
    for (const std::string& note : sheet.notes)
        std::ranges::move(wrap(note, plan.wide - 2 * margin), std::back_inserter(notes));
    std::vector<Lines> heads;
    Index heads_height = 0;
    for (const Panel& panel : sheet.panels) {
        heads.push_back(wrap(panel.title, plan.panel_width));
        heads_height = std::max(heads_height, height_of(heads.back()));
    }
    const Index heads_y = margin + height_of(title) + (title.empty() ? 0 : 6);
    const Index panel_y = heads_y + heads_height + 2;
    const Index notes_y = panel_y + plan.panel_height + gap;

    Picture all = blank(plan.wide, notes_y + height_of(notes) + margin - 6, colours.paper);
    draw_lines(all, margin, margin, title, colours.ink);
    for (std::size_t i = 0; i < sheet.panels.size(); ++i) {
        Picture panel = enlarge(sheet.panels[i].picture, plan.factor);
        if (options.box) draw_box(panel, *options.box, plan.factor, colours);
        draw_lines(all, plan.panel_x(i), heads_y, heads[i], colours.ink);
        paste(all, panel, plan.panel_x(i), panel_y);
        outline(all, plan.panel_x(i) - 1, panel_y - 1, panel.width + 2, panel.height + 2, colours.line);
    }
    draw_bar(all, plan.bar_x, panel_y, plan.panel_height, sheet.scale, options);
    draw_lines(all, margin, notes_y, notes, colours.soft);
    return all;
}

Sheet sheet(const Tensor& image, std::span<const HeatColumn> columns, const Heatmap& options, bool show_image) {
    std::vector<Tensor> maps;
    for (const HeatColumn& column : columns) maps.push_back(column.map);
    Sheet sheet{.panels = {}, .notes = {}, .scale = heat_scale(maps, options)};
    if (show_image) sheet.panels.push_back({"input", paint_image(image)});
    for (const HeatColumn& column : columns) {
        sheet.panels.push_back({column.title, paint(column.map, sheet.scale, options, image)});
        const Picture &first = sheet.panels[0].picture, &last = sheet.panels.back().picture;
        require<ShapeError>(first.width == last.width && first.height == last.height,
                            "heatmap: panels side by side must have one size: got ", first.width, " by ", first.height,
                            " and ", last.width, " by ", last.height, "; draw them apart");
    }
    sheet.notes.push_back(describe(sheet.scale));
    if (const Index channels = grid(maps[0], "map").channels; channels > 1) {
        sheet.notes.push_back(text("sum over ", channels, " channels"));
    }
    return sheet;
}

}  // namespace

Colour heat_colour(double t, HeatKind kind, Theme theme) {
    if (kind == HeatKind::overlay && !std::isnan(t)) return over(grey(0.5), t);
    return kind == HeatKind::absolute ? sequential(std::abs(t), theme) : diverging(t, theme);
}

HeatScale heat_scale(std::span<const Tensor> maps, const Heatmap& options) {
    require(!maps.empty(), "heatmap: at least one map is needed: got none; give one column");
    require(options.percentile >= 0 && options.percentile <= 100, "heatmap: the percentile must lie in 0 .. 100: got ",
            options.percentile, "; 100 clips nothing");
    require(options.limit >= 0 && std::isfinite(options.limit),
            "heatmap: the limit must be finite and not negative: got ", options.limit, "; 0 takes the percentile");
    HeatScale scale{.limit = options.limit, .percentile = options.limit > 0 ? 0 : options.percentile};
    std::vector<double> sizes;
    for (const Tensor& map : maps) {
        for (double value : grid(map, "map").values) {
            if (std::isfinite(value)) sizes.push_back(std::abs(value));
            else ++scale.missing;
        }
    }
    scale.total = static_cast<Index>(sizes.size()) + scale.missing;
    std::ranges::sort(sizes);
    if (options.limit == 0 && !sizes.empty()) {
        scale.limit = quantile(sizes, options.percentile);
        if (scale.limit == 0) {  // a sparse map: a percentile of 0 would clip all that there is to see
            scale.limit = sizes.back();
            scale.percentile = 100;
        }
    }
    scale.clipped = static_cast<Index>(sizes.end() - std::ranges::upper_bound(sizes, scale.limit));
    return scale;
}

std::string describe(const HeatScale& scale) {
    std::string line = scale.percentile == 0     ? text("colours end at the given limit")
                       : scale.percentile == 100 ? text("colours end at the largest |a|")
                                                 : text("colours end at percentile ", scale.percentile, " of |a|");
    line += text("; ", scale.clipped, " of ", scale.total, " clipped");
    if (scale.missing > 0) line += text("; ", scale.missing, " not finite");
    return line;
}

Picture paint(const Tensor& map, const HeatScale& scale, const Heatmap& options, const Tensor& image) {
    const Grid numbers = grid(map, "map");
    Picture picture = blank(numbers.width, numbers.height, {});
    std::vector<double> levels;
    if (options.kind == HeatKind::overlay) {
        require<ShapeError>(static_cast<bool>(image),
                            "heatmap: overlay needs the image: got none; use heat, or give it");
        levels = grey_levels(image);
        require<ShapeError>(image.shape()[-1] == numbers.width && image.shape()[-2] == numbers.height,
                            "heatmap: map and image must have one size: got ", map.shape(), " on ", image.shape(),
                            "; enlarge the map first");
    }
    for (Index y = 0; y < numbers.height; ++y) {
        for (Index x = 0; x < numbers.width; ++x) {
            const auto i = static_cast<std::size_t>(y * numbers.width + x);
            const double value = numbers.values[i];
            const double t = !std::isfinite(value) ? std::numeric_limits<double>::quiet_NaN()
                             : scale.limit > 0     ? value / scale.limit
                                                   : 0;
            const bool on_image = options.kind == HeatKind::overlay && !std::isnan(t);
            set_pixel(picture, x, y, on_image ? over(grey(levels[i]), t) : heat_colour(t, options.kind, options.theme));
        }
    }
    return picture;
}

Picture paint_image(const Tensor& image) {
    const Shape& shape = image.shape();
    const bool colour = shape.rank() == 3 && shape[0] == 3;
    require<ShapeError>(shape.rank() == 2 || (shape.rank() == 3 && (shape[0] == 1 || colour)),
                        "heatmap: the image must be [height, width] or have 1 or 3 channels in front: got ", shape,
                        "; pick the channels to show");
    double least = 0, largest = 1;
    for (Index i = 0; i < image.size(); ++i) {
        least = std::min(least, image.at(i));
        largest = std::max(largest, image.at(i));
    }
    Picture picture = blank(shape[-1], shape[-2], {});
    const Index pixels = picture.width * picture.height;
    for (Index i = 0; i < pixels; ++i) {
        const auto level = [&](Index channel) { return (image.at(channel * pixels + i) - least) / (largest - least); };
        set_pixel(picture, i % picture.width, i / picture.width,
                  colour ? Colour{grey(level(0)).red, grey(level(1)).red, grey(level(2)).red} : grey(level(0)));
    }
    return picture;
}

Picture heatmap(const Tensor& map, const Heatmap& options, const Tensor& image) {
    const HeatColumn column{"", map};
    return draw(sheet(image, std::span(&column, 1), options, false), options);
}

Picture heat_grid(const Tensor& image, std::span<const HeatColumn> columns, const Heatmap& options) {
    return draw(sheet(image, columns, options, static_cast<bool>(image)), options);
}

}  // namespace gradpath::tools
