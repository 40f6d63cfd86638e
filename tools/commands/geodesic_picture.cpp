// Curves as pictures: in the plane, as a strip of images, or as a map of how far each feature is off the straight line.
#include <algorithm>
#include <cmath>

#include <gradpath/attribution/geometry/curve.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/geodesic_result.hpp>
#include <gradpath/tools/commands/result.hpp>
#include <gradpath/tools/report/heatmap.hpp>

namespace gradpath::tools {
namespace {

constexpr Index plane_side = 640, frames = 9;

Tensor straight_of(const Tensor& corners) {
    const Index last = corners.rows() - 1;
    return attribution::geometry::line(slice(corners, 0, 0, 1), slice(corners, 0, last, last + 1), last + 1);
}

/// A square of the plane around some points, and where its points are in the picture.
struct Frame {
    double left, bottom, side;

    explicit Frame(const Tensor& points) {
        const auto range = [wide = points.to(DType::float64)](Index axis) {
            const Tensor column = slice(wide, 1, axis, axis + 1);
            return std::pair(min(column).item(), max(column).item());
        };
        const auto [x_low, x_high] = range(0);
        const auto [y_low, y_high] = range(1);
        side = std::max({1.5 * (x_high - x_low), 1.5 * (y_high - y_low), 1e-6});
        left = (x_low + x_high - side) / 2;
        bottom = (y_low + y_high - side) / 2;
    }
    Index column(double x) const { return static_cast<Index>((x - left) / side * plane_side); }
    Index row(double y) const { return plane_side - 1 - static_cast<Index>((y - bottom) / side * plane_side); }
};

void draw_line(Picture& picture, const Frame& frame, const Tensor& points, Colour colour, Index width) {
    for (Index k = 0; k + 1 < points.rows(); ++k) {
        const double x = points.at(2 * k), y = points.at(2 * k + 1);
        const double dx = points.at(2 * k + 2) - x, dy = points.at(2 * k + 3) - y;
        const auto steps = static_cast<Index>(std::max(std::abs(dx), std::abs(dy)) / frame.side * plane_side * 2) + 1;
        for (Index s = 0; s <= steps; ++s) {
            const double t = static_cast<double>(s) / static_cast<double>(steps);
            fill(picture, frame.column(x + t * dx) - width / 2, frame.row(y + t * dy) - width / 2, width, width,
                 colour);
        }
    }
}

/// The model's explained output over the plane, blue below and red above the middle of what it is along the curve.
void paint_field(Picture& picture, const Frame& frame, const FoundGeodesic& g) {
    const NoRecording off;
    constexpr Index cell = 4, cells = plane_side / cell;
    std::vector<double> points;
    for (Index row = 0; row < cells; ++row)
        for (Index column = 0; column < cells; ++column) {
            points.push_back(frame.left + (static_cast<double>(column) + 0.5) / cells * frame.side);
            points.push_back(frame.bottom + frame.side - (static_cast<double>(row) + 0.5) / cells * frame.side);
        }
    const Tensor at = Tensor({cells * cells, 2}, std::span<const double>(points)).to(g.subject.dtype);
    const Tensor y = g.subject.run(at);
    const Index outputs = y.size() / y.rows(), shown = g.attribution.target.empty() ? 0 : g.attribution.target[0];
    std::vector<double> values;
    for (Index k = 0; k < y.rows(); ++k) values.push_back(y.at(k * outputs + std::min(shown, outputs - 1)));
    const auto [low, high] = std::ranges::minmax(values);
    const double middle = (low + high) / 2, half = std::max((high - low) / 2, 1e-12);
    for (Index k = 0; k < y.rows(); ++k)
        fill(picture, k % cells * cell, k / cells * cell, cell, cell,
             diverging(0.7 * (values[static_cast<std::size_t>(k)] - middle) / half));
}

Picture in_the_plane(const FoundGeodesic& g) {
    const Tensor straight = straight_of(g.curve.corners);
    const Frame frame(concat({g.curve.corners, straight}));
    Picture picture = blank(plane_side, plane_side, page(Theme::light).paper);
    paint_field(picture, frame, g);
    draw_line(picture, frame, straight, page(Theme::light).soft, 2);
    draw_line(picture, frame, g.curve.corners, page(Theme::light).ink, 4);
    for (const Index end : {Index{0}, straight.rows() - 1})
        fill(picture, frame.column(straight.at(2 * end)) - 5, frame.row(straight.at(2 * end + 1)) - 5, 11, 11,
             page(Theme::light).ink);
    return picture;
}

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
    const Index width = tops[0].width + 4, height = tops[0].height + 4;
    Picture strip = blank(width * frames, height * 2, page(Theme::light).paper);
    for (Index k = 0; k < frames; ++k) {
        paste(strip, tops[static_cast<std::size_t>(k)], k * width, 0);
        paste(strip, belows[static_cast<std::size_t>(k)], k * width, height);
    }
    return strip;
}

}  // namespace

Picture geodesic_picture(const FoundGeodesic& g) {
    const Tensor& corners = g.curve.corners;
    const Shape row = corners.shape().slice(1, corners.rank());
    if (row.size() == 2) return in_the_plane(g);
    if (is_image(row)) return as_a_strip(g);
    const Tensor off = corners - straight_of(corners);
    return heatmap(reshape(off, {corners.rows(), row.size()}), {.title = "off the straight line, corner by corner"});
}

}  // namespace gradpath::tools
