// Curves as pictures: a strip of images, or a map of how far each feature is off the straight line.
#include <gradpath/attribution/geometry/curve.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/geodesic_result.hpp>
#include <gradpath/tools/commands/result.hpp>
#include <gradpath/tools/report/heatmap.hpp>

namespace gradpath::tools {
namespace {

constexpr Index frames = 9;

Picture as_a_strip(const FoundGeodesic& g) {
    const Tensor& corners = g.curve.corners;
    std::vector<double> ts;
    for (Index k = 0; k < frames; ++k) ts.push_back(static_cast<double>(k) / static_cast<double>(frames - 1));
    const Tensor along = attribution::geometry::points_at(corners, ts);
    const Tensor off = along - attribution::geometry::points_at(straight_of(corners), ts);
    std::vector<Tensor> maps;
    const Shape row = corners.shape().slice(1, corners.rank());
    for (Index k = 0; k < frames; ++k) maps.push_back(reshape(slice(off, 0, k, k + 1), row));
    const HeatScale scale = heat_scale(maps);
    const Index factor = std::max<Index>(1, 112 / row[row.rank() - 1]);
    std::vector<Picture> tops, belows;
    for (Index k = 0; k < frames; ++k) {
        const Tensor image = red_first(g.subject.ends, reshape(slice(along, 0, k, k + 1), row));
        tops.push_back(enlarge(paint_image(image), factor));
        belows.push_back(enlarge(paint(maps[static_cast<std::size_t>(k)], scale), factor));
    }
    const Index width = tops[0].width + 4, height = tops[0].height + 4, head = text_height() + 4;
    const std::string words = text(
        "Above: the curve from its start, t = 0, to its end, t = 1. Below: what it differs by from the straight line, "
        "red "
        "more and blue less; colours end at ",
        short_number(scale.limit, 3), ".");
    const std::vector<std::string> legend = wrap(words, width * frames - 8);
    const Index foot = static_cast<Index>(legend.size()) * text_height() + 4;
    const auto& [paper, ink, soft, line] = page(Theme::light);
    Picture strip = blank(width * frames, head + height * 2 + foot, paper);
    for (Index k = 0; k < frames; ++k) {
        const auto frame = static_cast<std::size_t>(k);
        draw_text(strip, k * width, 2, (k == 0 ? "t = " : "") + short_number(ts[frame], 3), ink);
        paste(strip, tops[frame], k * width, head);
        paste(strip, belows[frame], k * width, head + height);
    }
    draw_lines(strip, 4, head + 2 * height, legend, soft);
    return strip;
}

}  // namespace

Tensor straight_of(const Tensor& corners) {
    const Index last = corners.rows() - 1;
    return attribution::geometry::line(slice(corners, 0, 0, 1), slice(corners, 0, last, last + 1), last + 1);
}

Picture geodesic_picture(const FoundGeodesic& g) {
    const Tensor& corners = g.curve.corners;
    const Shape row = corners.shape().slice(1, corners.rank());
    if (row.size() == 2) return geodesic_plane(g);
    if (is_image(row)) return as_a_strip(g);
    const Tensor off = corners - straight_of(corners);
    return heatmap(reshape(off, {corners.rows(), row.size()}),
                   {.title = "off the straight line: corners down, features across"});
}

std::string geodesic_alt(const FoundGeodesic& g) {
    const Tensor& corners = g.curve.corners;
    const Shape row = corners.shape().slice(1, corners.rank());
    const std::string lengths =
        text("; lengths ", short_number(g.curve.length, 4), " and ", short_number(g.curve.straight_length, 4));
    if (row.size() == 2) {
        const auto point = [&](Index k) {
            return text("(", short_number(corners.at(2 * k), 3), ", ", short_number(corners.at(2 * k + 1), 3), ")");
        };
        return text("The plane of x1 and x2 in colours of F, with the curve and the straight line from ", point(0),
                    " to ", point(corners.rows() - 1), lengths);
    }
    if (is_image(row))
        return text(frames, " images along the curve, and below each what it differs by from the straight line",
                    lengths);
    return text("How far each of ", corners.rows(), " corners of the curve is off the straight line, for ", row.size(),
                " features", lengths);
}

}  // namespace gradpath::tools
