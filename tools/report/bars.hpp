#pragma once
// Signed bars as a picture: what a row of a table is explained by.
#include <gradpath/tools/report/picture.hpp>
#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools {

constexpr std::size_t most_bars = 40;  // in one picture

/// A bar per line, from a zero in the middle, on a scale symmetric about it, with name and number; errors as whiskers.
/// Of more bars than `most_bars` the largest are drawn, in their order, and the picture says so. A number that is not
/// finite is drawn in the colour of missing().
Picture paint(const Bars& bars, Theme theme = Theme::light);

}  // namespace gradpath::tools
