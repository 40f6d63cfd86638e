#pragma once
// UTF-8, letter by letter.
#include <cstddef>
#include <string_view>

namespace gradpath::io {

/// Bytes of the well-formed UTF-8 letter at the front (Unicode, table 3-7); 0 if there is none.
std::size_t letter_size(std::string_view text);
/// Is all of it well-formed?
bool is_utf8(std::string_view text);

}  // namespace gradpath::io
