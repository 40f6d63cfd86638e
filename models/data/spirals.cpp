// Points are dealt to the arms in turn. The spirals keep away from the centre, where noise would mix them.
#include <gradpath/models/data/spirals.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <gradpath/models/data/plane_points.hpp>

namespace gradpath::models {

DataSet spirals(const Spirals& o) {
    require(o.arms >= 1 && o.arms <= 1000, "spirals: there must be 1 to 1000 arms but arms is ", o.arms);
    require(std::isfinite(o.turns) && o.turns >= 0, "spirals: turns must be finite and not negative but is ", o.turns);
    constexpr double first = 0.1;
    const auto at = [&](Index point) -> PlanePoint {
        const Index arm = point % o.arms, place = point / o.arms, last = (o.rows - 1 - arm) / o.arms;
        const double share = static_cast<double>(place) / static_cast<double>(std::max<Index>(last, 1));
        const double radius = std::lerp(first, 1, share);
        const double part = static_cast<double>(arm) / static_cast<double>(o.arms);
        const double angle = 2 * std::numbers::pi * (o.turns * radius + part);
        return {radius * std::cos(angle), radius * std::sin(angle), arm};
    };
    std::vector<std::string> names;
    for (Index arm = 1; arm <= o.arms; ++arm) names.push_back(std::to_string(arm));
    return plane_points({"spirals", "spirals", names, o.rows, o.noise, o.seed}, at);
}

}  // namespace gradpath::models
