#pragma once
// Pieces of the plane as inline SVG: a picture behind, and on it spots, lines and ellipses.
#include <string>

#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools {

/// The scene, without its caption. Throws ValueError where x and y of a line differ in length, or it has a name that is
/// not there.
std::string svg(const Scene& scene);

/// From the plane to the units of a drawing of the ground, which is 720 wide.
struct Canvas {
    explicit Canvas(const Ground& ground);
    double x(double at) const { return (at - ground.left) * scale; }
    double y(double at) const { return (ground.top - at) * scale; }
    const Ground& ground;
    double scale, width, height;
};
/// <svg .. viewBox ..> with a role and a title, and the pictures behind; spots.
std::string open_svg(const Canvas& canvas, const char* role, const std::string& alt);
std::string draw_spots(const Canvas& canvas, const std::vector<Dot>& spots);

}  // namespace gradpath::tools
