#pragma once
// The built-in font of pictures: ASCII, up to five dots wide and nine high, drawn for this library.
#include <string_view>

namespace gradpath::tools {

/// Rows of a letter from the top, '#' for ink, separated by blanks; the eighth and ninth row hold descenders.
std::string_view glyph(char letter);

}  // namespace gradpath::tools
