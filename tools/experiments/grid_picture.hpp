#pragma once
// A grid world seen from above: letters for what stands there, colours for what each thing is said to contribute.
#include <vector>

#include <gradpath/models/grid_world.hpp>
#include <gradpath/tools/report/colour.hpp>
#include <gradpath/tools/report/picture.hpp>

namespace gradpath::tools {

struct GridPicture {
    std::vector<double> shares = {};      ///< one for each item; empty: no colours
    double limit = 1;                     ///< |share| of the full colour
    std::vector<models::Cell> walk = {};  ///< dots in these cells
    Theme theme = Theme::light;
};
/// S start, G goal, C coin, T trap, K key, D door, W wall; rocks are filled.
Picture grid_picture(const models::GridWorld& world, const GridPicture& options = {});

}  // namespace gradpath::tools
