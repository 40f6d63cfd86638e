// Each moon's angles are evenly spaced with both ends included.
#include <gradpath/models/data/two_moons.hpp>

#include <cmath>
#include <numbers>

#include <gradpath/models/data/plane_points.hpp>

namespace gradpath::models {

DataSet two_moons(const TwoMoons& o) {
    const Index upper = o.rows / 2;
    const auto at = [&](Index point) -> PlanePoint {
        const bool lower = point >= upper;
        const Index place = lower ? point - upper : point, last = (lower ? o.rows - upper : upper) - 1;
        const double t = last > 0 ? std::numbers::pi * static_cast<double>(place) / static_cast<double>(last) : 0;
        if (lower) return {1 - std::cos(t), 0.5 - std::sin(t), 1};
        return {std::cos(t), std::sin(t), 0};
    };
    return plane_points({"two_moons", "moons", {"upper", "lower"}, o.rows, o.noise, o.seed}, at);
}

}  // namespace gradpath::models
