// Every fourth pixel asks the model; discs stamped along a segment make lines. The page scales the picture down, which
// smooths the edges.
#include <gradpath/tools/gallery/plane.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::tools {
namespace {

constexpr Index block = 4;           // pixels that share an answer of the model
constexpr double strength = 0.55;    // of the colours behind points and arrows
constexpr double head_angle = 0.45;  // of an arrow, radians
constexpr double head_length = 15, line_radius = 2.2, point_radius = 4.5, ring_radius = 11;  // pixels

struct Canvas {
    const Plane& plane;
    Picture picture;
    double scale;  ///< pixels per unit

    double column(double x) const { return (x - plane.left) * scale; }
    double line(double y) const { return (plane.top - y) * scale; }

    void disc(double column, double line, double radius, Colour colour) {
        for (auto v = static_cast<Index>(line - radius); v <= static_cast<Index>(line + radius) + 1; ++v)
            for (auto u = static_cast<Index>(column - radius); u <= static_cast<Index>(column + radius) + 1; ++u)
                if (std::hypot(static_cast<double>(u) - column, static_cast<double>(v) - line) <= radius)
                    set_pixel(picture, u, v, colour);
    }
    void segment(double c0, double l0, double c1, double l1, double radius, Colour colour) {
        const int steps = static_cast<int>(std::hypot(c1 - c0, l1 - l0)) + 1;
        for (int k = 0; k <= steps; ++k) {
            const double t = static_cast<double>(k) / steps;
            disc(std::lerp(c0, c1, t), std::lerp(l0, l1, t), radius, colour);
        }
    }
    void arrow(const Arrow& a, double radius, Colour colour) {
        const double c0 = column(a.x), l0 = line(a.y), c1 = column(a.x + a.dx), l1 = line(a.y + a.dy);
        segment(c0, l0, c1, l1, radius, colour);
        const double back = std::atan2(l1 - l0, c1 - c0) + std::numbers::pi;
        for (const double turn : {-head_angle, head_angle})
            segment(c1, l1, c1 + head_length * std::cos(back + turn), l1 + head_length * std::sin(back + turn), radius,
                    colour);
    }
};

void paint_background(Canvas& canvas, const Function& difference) {
    const NoRecording plain;
    const Index across = canvas.picture.width / block, down = canvas.picture.height / block;
    std::vector<double> at;
    for (Index v = 0; v < down; ++v)
        for (Index u = 0; u < across; ++u) {
            at.push_back(canvas.plane.left + (static_cast<double>(u * block) + block / 2.0) / canvas.scale);
            at.push_back(canvas.plane.top - (static_cast<double>(v * block) + block / 2.0) / canvas.scale);
        }
    const Tensor grid(Shape{across * down, 2}, std::span<const double>(at));
    const Tensor odds = difference(grid.to(DType::float32));
    for (Index i = 0; i < across * down; ++i) {
        const double belief = std::tanh(odds.at(i) / 2);  // 2 p - 1
        const Colour colour = diverging(strength * belief, canvas.plane.theme);
        fill(canvas.picture, (i % across) * block, (i / across) * block, block, block, colour);
    }
}

}  // namespace

Picture paint_plane(const Function& difference, const Plane& plane) {
    const double scale = static_cast<double>(plane.width) / (plane.right - plane.left);
    const auto height = static_cast<Index>((plane.top - plane.bottom) * scale) / block * block;
    const Page colours = page(plane.theme);
    Canvas canvas{plane, blank(plane.width / block * block, height, colours.paper), scale};
    paint_background(canvas, difference);
    for (Index i = 0; plane.points && i < plane.points.rows(); ++i) {
        const Colour colour = diverging(plane.labels[i] == 0 ? -1 : 1, plane.theme);
        canvas.disc(canvas.column(plane.points.at(2 * i)), canvas.line(plane.points.at(2 * i + 1)), point_radius,
                    colour);
    }
    if (plane.mark.size() == 2) {
        canvas.disc(canvas.column(plane.mark[0]), canvas.line(plane.mark[1]), ring_radius, colours.ink);
        canvas.disc(canvas.column(plane.mark[0]), canvas.line(plane.mark[1]), ring_radius - 4, colours.paper);
    }
    for (const Arrow& arrow : plane.arrows) canvas.arrow(arrow, line_radius + 2, colours.paper);
    for (const Arrow& arrow : plane.arrows) canvas.arrow(arrow, line_radius, colours.ink);
    return std::move(canvas.picture);
}

}  // namespace gradpath::tools
