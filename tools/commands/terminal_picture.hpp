#pragma once
// Bars and small maps made of letters, for a result that is read on a terminal: pure text, so that tests can read it.
#include <string>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>
#include <gradpath/tools/commands/result.hpp>

namespace gradpath::tools {

/// A line for each bar, in half cells, to both sides of zero; at most `width` columns.
std::string bars_text(const std::vector<Bars::Bar>& bars, Index width, bool colour);
/// A map [height, width] or [channels, height, width], of which the channels are summed: two rows of it a line, blue to
/// red; without colour |a| as shades. Empty for one that is wider than `width`.
std::string map_text(const Tensor& map, Index width, bool colour);
/// The first rows of a result: maps of pictures, bars of few features; nothing for other shapes.
std::string result_drawing(const Explained& e, Index width, bool colour);

}  // namespace gradpath::tools
