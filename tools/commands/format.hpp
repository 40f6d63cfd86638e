#pragma once
// Numbers and tables as text for people.
#include <string>
#include <vector>

namespace gradpath::tools {

std::string fixed(double value, int decimals);
std::string percent(double share);  ///< 87.2 %; "-" for NaN
/// At most `digits` significant digits; "-" for NaN.
std::string short_number(double value, int digits = 6);
/// Columns as wide as they need; the first row is the heading; those named in `left` are set flush left (others right).
/// Line breaks and tabs, which names from a table may have, become blanks.
std::string table_text(const std::vector<std::vector<std::string>>& rows, const std::vector<std::size_t>& left = {0});
/// Breaks at blanks to lines of at most `width`, each begun with `indent` blanks.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t width = 100);

}  // namespace gradpath::tools
