#pragma once
#include <gradpath/tools/report/drawing.hpp>
#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools {

/// A line for the first number, for each step and for the sum. Throws ValueError for what is not finite.
Drawing drawing_of(const Waterfall& waterfall);

}  // namespace gradpath::tools
