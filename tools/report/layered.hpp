#pragma once
// Where to put boxes and arrows: layers from top to bottom, few crossings, no arrow through a box. Knows sizes only.
#include <span>
#include <vector>

#include <gradpath/tools/report/diagram.hpp>

namespace gradpath::tools {

struct Spot {
    double x, y;
};
struct Extent {
    double width, height;
};
/// In pixels, y downwards.
struct Layout {
    std::vector<Spot> boxes;  ///< top left corners
    /// Per arrow, from the lower edge of one box to the upper edge of another: straight down from each even point to
    /// the next, then a curve to the one after it. The number of points is even.
    std::vector<std::vector<Spot>> routes;
    Extent whole{0, 0};  ///< from (0, 0); nothing lies outside
};
/// Layers by longest paths, order by medians (Sugiyama, Tagawa & Toda 1981; Gansner et al. 1993), positions by least
/// squares. Boxes are in topological order.
Layout layered(std::span<const Extent> boxes, std::span<const Diagram::Arrow> arrows);

}  // namespace gradpath::tools
