#pragma once
// PNG files through libpng. The same pixels and words give the same bytes: no clock stands in the file.
#include <filesystem>
#include <string>
#include <string_view>

#include <gradpath/tools/report/picture.hpp>

namespace gradpath::tools {

/// The bytes of a PNG file. `alt` says what it shows, in ASCII, for those who cannot see it: the file's "Description"
/// (PNG, 11.3.4.2). Throws ValueError for an empty picture or one whose pixels do not fit its sizes.
std::string encode_png(const Picture& picture, const std::string& alt = {});
/// Reads any PNG as 8 bits a channel: palettes become colours, 16 bits are rounded to 8, transparency becomes alpha.
/// `name` stands in the message. Throws IoError for malformed, cut or absurdly large data.
Picture decode_png(std::string_view bytes, std::string_view name = "memory");

/// Written to a temporary name and renamed. Throws IoError.
void write_png(const std::filesystem::path& path, const Picture& picture, const std::string& alt = {});
Picture read_png(const std::filesystem::path& path);

}  // namespace gradpath::tools
