#pragma once
// A model of two numbers as a picture of its plane: the probability as colour, points, and arrows at points.
#include <span>
#include <vector>

#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/tools/report/picture.hpp>

namespace gradpath::tools {

struct Arrow {
    double x, y, dx, dy;  ///< in the units of the plane
};
struct Plane {
    double left = -1.6, right = 2.6, bottom = -1.15, top = 1.65;
    Index width = 960;    ///< pixels; the height keeps both units equal
    Tensor points = {};   ///< [rows, 2]
    Indices labels = {};  ///< [rows], 0 or 1
    std::vector<Arrow> arrows = {};
    std::vector<double> mark = {};  ///< x and y of a ring, or none
    Theme theme = Theme::light;
};
/// `difference` maps [rows, 2] to the log-odds of class 1, [rows]: blue where class 0 is likely, red where class 1 is,
/// paper on the border between them.
Picture paint_plane(const Function& difference, const Plane& plane);

}  // namespace gradpath::tools
