#pragma once
// Whole files in and out. Reading is bounded; writing is atomic: a reader sees the old file or the new one, never half.
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace gradpath::io {

struct ReadFile {
    std::uint64_t max_bytes = std::uint64_t{8} << 30;  ///< after unpacking
};
/// The bytes of a regular file. Throws IoError if it is missing, no regular file, or longer than max_bytes.
std::string read_file(const std::filesystem::path& path, const ReadFile& options = {});
/// The same, unpacked if the bytes begin as gzip (RFC 1952) does. Throws IoError if the gzip is damaged, cut, or
/// followed by other bytes, or if it unpacks to more than max_bytes.
std::string read_gz(const std::filesystem::path& path, const ReadFile& options = {});
/// Writes the parts one after another to a temporary name in the same folder, syncs, and renames. On failure throws
/// IoError; the old file, if any, is untouched and nothing is left behind. A symbolic link is followed.
void write_file(const std::filesystem::path& path, std::span<const std::string_view> parts);
void write_file(const std::filesystem::path& path, std::string_view bytes);

}  // namespace gradpath::io
