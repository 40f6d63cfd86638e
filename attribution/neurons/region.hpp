#pragma once
// Regions of the input: sets of features, as in "which neurons carry what this box of pixels does".
#include <functional>
#include <string>
#include <string_view>
#include <variant>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution {

namespace region {
struct Whole {};
/// Rows top .. bottom-1 and columns left .. right-1 of the last two axes, all channels.
struct Box {
    Index top, bottom, left, right;
};
/// 1 inside, 0 outside; like x, one of its rows, or broadcasting to it.
struct Mask {
    Tensor inside;
};
/// The share q of the features, at least one, with the largest attributions.
struct Top {
    double share;
};
}  // namespace region
using Region = std::variant<region::Whole, region::Box, region::Mask, region::Top>;

/// "whole", "box:TOP,BOTTOM,LEFT,RIGHT", "top:SHARE". Throws ValueError that lists these.
Region parse_region(std::string_view text);
/// The inverse; a mask is called "mask".
std::string describe(const Region& region);
// For option structs (core/names.hpp).
void parse_field(const std::string& what, std::string_view text, Region& field);
std::string field_text(const Region& field);

/// 1 inside and 0 outside, like x. `map` is asked for the attributions of x where the region is its top. Throws
/// ShapeError or ValueError (naming `method`) where the region does not fit x.
Tensor region_mask(const std::string& method, const Region& region, const Tensor& x,
                   const std::function<Tensor()>& map);

}  // namespace gradpath::attribution
