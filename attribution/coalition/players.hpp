#pragma once
// Who plays: how the numbers of a row are divided among the players of a game.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::attribution {

/// The height and width of a window on the last two axes of a row, or a length on its only axis. 0: automatic.
struct Extent {
    Index height = 0, width = 0;
    bool operator==(const Extent&) const = default;
};
/// "7x5", "7" for both sides (or the only one), or "automatic". Throws ValueError that begins with `what`.
void parse_field(const std::string& what, std::string_view text, Extent& field);
std::string field_text(const Extent& field);

/// Features that act as one player. Patches and grids lie on the last two axes and hold every channel.
struct Groups {
    enum class Kind : std::uint8_t {
        features,  ///< each for itself
        patches,   ///< of this many pixels, smaller at the far edges
        grid,      ///< this many patches down and across, as equal as they can be
        block,     ///< `extent.width` features in a row, in row-major order; the last has what is left
        given      ///< `given[i]` is the player of feature i
    };
    Kind kind = Kind::features;
    Extent extent = {};
    std::vector<Index> given = {};
    bool operator==(const Groups&) const = default;
};
/// "features", "patches:7x7", "grid:4x4", "block:K", or the player of every feature: "0,0,1,2". Throws ValueError that
/// lists these and names the nearest.
Groups parse_groups(std::string_view text);
std::string describe(const Groups& groups);
void parse_field(const std::string& what, std::string_view text, Groups& field);
std::string field_text(const Groups& field);
/// Every place on the last two axes (of a row with one axis, every feature) is a player, with all of its channels.
Groups pixels_of(const Shape& row);

/// Groups on rows of one shape.
struct Players {
    std::vector<Index> of;     ///< the player of each feature
    std::vector<Index> sizes;  ///< features of each player
    Index count() const { return static_cast<Index>(sizes.size()); }
};
/// Throws ShapeError or ValueError (naming `method`) where groups do not fit rows of the shape `row`.
Players players_of(const std::string& method, const Groups& groups, const Shape& row);

}  // namespace gradpath::attribution
