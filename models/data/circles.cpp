// Angles are even steps of a whole turn, so no point is drawn twice.
#include <gradpath/models/data/circles.hpp>

#include <cmath>
#include <numbers>

#include <gradpath/models/data/plane_points.hpp>

namespace gradpath::models {

DataSet circles(const Circles& o) {
    require(o.inner > 0 && o.inner < 1, "circles: the inner radius must lie between 0 and 1 but is ", o.inner);
    const Index outer = o.rows / 2;
    const auto at = [&](Index point) -> PlanePoint {
        const bool inside = point >= outer;
        const Index place = inside ? point - outer : point, count = inside ? o.rows - outer : outer;
        const double t = 2 * std::numbers::pi * static_cast<double>(place) / static_cast<double>(count);
        const double radius = inside ? o.inner : 1;
        return {radius * std::cos(t), radius * std::sin(t), inside ? 1 : 0};
    };
    return plane_points({"circles", "circles", {"outer", "inner"}, o.rows, o.noise, o.seed}, at);
}

}  // namespace gradpath::models
