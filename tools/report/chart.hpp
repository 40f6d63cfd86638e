#pragma once
// Charts as inline SVG. Colours come from the page's style sheet, so they follow its theme; dashes tell curves apart.
#include <string>
#include <vector>

#include <gradpath/tools/report/drawing.hpp>
#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools {

/// Round numbers (1, 2 or 5 times a power of ten) in low .. high, about `count` of them.
std::vector<double> round_ticks(double low, double high, int count = 6);
/// The chart, without its caption. Throws ValueError where x and y, low or high of a curve differ in length.
std::string svg(const Chart& chart);
Drawing drawing_of(const Bars& bars);
/// A curve's name beside a piece of it, <li>..</li>.
std::string legend_entry(std::size_t index, const std::string& name);
/// The chart as a file of its own, with title and names of the curves; light or dark as its reader prefers.
std::string svg_file(const Chart& chart);

}  // namespace gradpath::tools
