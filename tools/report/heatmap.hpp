#pragma once
// Attributions as pictures: colours symmetric about zero, a colour bar with numbers, and the count of what was clipped.
// A map is [height, width], or [channels, height, width], which is summed over channels (the sum keeps completeness);
// an image likewise, with one channel (grey) or three (RGB).
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>
#include <gradpath/tools/report/picture.hpp>

namespace gradpath::tools {

enum class HeatKind {
    heat,      ///< blue to red on paper
    overlay,   ///< the grey image, coloured the more the larger |a|
    absolute,  ///< |a| from paper to ink
};

/// Where colours end, and what that hides. Numbers of several maps are counted together.
struct HeatScale {
    double limit = 0;         ///< |a| of the full colour; 0 if every number is 0
    double percentile = 100;  ///< of |a| that gave the limit; 0 if the caller named the limit
    Index clipped = 0;        ///< numbers beyond the limit
    Index missing = 0;        ///< numbers that are NaN or infinite
    Index total = 0;
};

/// Rows top .. bottom-1 and columns left .. right-1 of a map, from its upper left corner.
struct HeatBox {
    Index top = 0, bottom = 0, left = 0, right = 0;
};

struct Heatmap {
    HeatKind kind = HeatKind::heat;
    double percentile = 99;  ///< of |a|, where colours end; 100 clips nothing
    double limit = 0;        ///< where colours end, instead of the percentile; 0: by percentile
    Theme theme = Theme::light;
    Index least_side = 280;           ///< pixels: small maps are enlarged by a whole factor to at least this
    std::string title = {};           ///< a line above the picture
    std::optional<HeatBox> box = {};  ///< drawn around a part of every panel
};

/// The percentile of |a| (linear between ranks) over all maps; where most numbers are 0, the largest instead.
/// Throws ValueError for a percentile outside of 0 .. 100, a negative limit or no map; ShapeError for other ranks.
HeatScale heat_scale(std::span<const Tensor> maps, const Heatmap& options = {});
/// "colours end at percentile 99 of |a|; 8 of 784 clipped"
std::string describe(const HeatScale& scale);

/// The colour of a / limit; an overlay's as it looks on middle grey.
Colour heat_colour(double t, HeatKind kind, Theme theme = Theme::light);

/// The map alone, a pixel each. Overlay needs the image: throws ShapeError where it is absent or of another size.
Picture paint(const Tensor& map, const HeatScale& scale, const Heatmap& options = {}, const Tensor& image = {});
/// The image alone, a pixel each; numbers outside of 0 .. 1 are stretched from their least to their largest.
Picture paint_image(const Tensor& image);

/// A map with title, frame, colour bar and notes.
Picture heatmap(const Tensor& map, const Heatmap& options = {}, const Tensor& image = {});

struct HeatColumn {
    std::string title;
    Tensor map;
};
/// The image and the columns side by side under one shared scale. An empty image leaves its panel out.
Picture heat_grid(const Tensor& image, std::span<const HeatColumn> columns, const Heatmap& options = {});

}  // namespace gradpath::tools
