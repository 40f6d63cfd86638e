#pragma once
// The little that all writers of HTML and SVG share.
#include <cstddef>
#include <string>
#include <string_view>

namespace gradpath::tools {

/// Text that is safe in HTML content and in quoted attributes: & < > " ' as entities, control characters dropped, and
/// bytes that are not UTF-8 as U+FFFD.
std::string escape(std::string_view words);
/// How many letters (code points) a text in UTF-8 has.
std::size_t letters(std::string_view words);
/// RFC 4648.
std::string base64(std::string_view bytes);
/// A coordinate: at most two decimals, never an exponent.
std::string coordinate(double value);
/// A straight line of a drawing, of a class of the style sheet.
std::string svg_line(double x1, double y1, double x2, double y2, const char* kind);
/// Words of a drawing; `anchor` is start, middle or end, `more` further attributes.
std::string svg_label(double x, double y, const std::string& words, const char* anchor, const char* more = "");
/// Units that names of so many letters need left of bars, within bounds.
double room_for_names(std::size_t letters);
/// A number for people: at most `digits` significant digits.
std::string number_text(double value, int digits = 4);

}  // namespace gradpath::tools
