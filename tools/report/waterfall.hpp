#pragma once
#include <string>

#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools {

/// As inline SVG, without its caption: a line for the first number, for each step and for the sum. Throws ValueError
/// for what is not finite.
std::string svg(const Waterfall& waterfall);

}  // namespace gradpath::tools
