#pragma once
// Picture: pixels in memory, and the little drawing that heat maps need.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/shape.hpp>
#include <gradpath/tools/report/colour.hpp>

namespace gradpath::tools {

/// 8-bit pixels, row by row: 1 channel is grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
struct Picture {
    Index width = 0, height = 0, channels = 3;
    std::vector<std::uint8_t> pixels;
};

/// An RGB picture of one colour. Throws ValueError for a side below 0 or above 32768.
Picture blank(Index width, Index height, Colour colour);
Colour pixel(const Picture& picture, Index x, Index y);
void set_pixel(Picture& picture, Index x, Index y, Colour colour);  ///< nothing where outside
void fill(Picture& picture, Index x, Index y, Index width, Index height, Colour colour);
void outline(Picture& picture, Index x, Index y, Index width, Index height, Colour colour);
/// Copies one RGB picture into another; what lies outside is cut.
void paste(Picture& onto, const Picture& from, Index x, Index y);
/// Every pixel as a square of `factor` pixels: nearest neighbour, which invents no detail.
Picture enlarge(const Picture& picture, Index factor);

/// A line of text in the built-in font, `scale` pixels a dot; other letters than ASCII show as a box.
void draw_text(Picture& picture, Index x, Index y, std::string_view line, Colour colour, Index scale = 2);
/// One below the other, `text_height()` apart.
void draw_lines(Picture& picture, Index x, Index y, const std::vector<std::string>& lines, Colour colour);
Index text_width(std::string_view line, Index scale = 2);
Index text_height(Index scale = 2);  ///< of a line, with the space below it
/// Breaks at blanks so that no line is wider than `width` pixels, if its words allow it.
std::vector<std::string> wrap(std::string_view line, Index width, Index scale = 2);

}  // namespace gradpath::tools
