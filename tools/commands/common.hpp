#pragma once
// The options that every command has, and where its words go: data to stdout, everything else to stderr.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <gradpath/autodiff/shape.hpp>
#include <gradpath/tools/commands/arguments.hpp>

namespace gradpath::tools {

struct Common {
    std::uint64_t seed = 0;
    Index threads = 0;                            ///< 0: what the machine has
    std::optional<DType> dtype = {};              ///< absent: the model's own; float32 for a new one and for a formula
    std::size_t memory = std::size_t{512} << 20;  ///< bytes
    std::filesystem::path out = {};               ///< empty: write nothing
    bool json = false, quiet = false;
};
/// Declares them under a heading of their own.
void add_common(Arguments& arguments, Common& common);
/// The same for a command with a --threads of its own.
void add_common_but_threads(Arguments& arguments, Common& common);
/// Bytes from 512M, 16MiB, 2G, 1048576 (powers of 1024). Throws UsageError that begins with `what`.
std::size_t parse_bytes(const std::string& what, const std::string& text);
/// 16.0 MiB
std::string bytes_text(std::size_t bytes);
/// Sets the number of threads.
void apply(const Common& common);

/// A line on stderr, unless --quiet.
void say(const Common& common, std::string_view line);
/// Data on stdout. Throws WriteError if it does not get there.
void print(std::string_view data);
/// One document, indented, and a line end; what is not UTF-8 in it, as in names of files, becomes U+FFFD.
std::string json_text(const nlohmann::ordered_json& document);
void print_json(const nlohmann::ordered_json& document);

/// Makes the folder of --out. Throws WriteError.
void make_folder(const std::filesystem::path& folder);
/// Removes a file that an earlier run left, if it is there. Throws WriteError.
void remove_file(const std::filesystem::path& file);
/// Calls a function that writes files; its IoError becomes a WriteError.
template <class F>
void writing(const F& write);
void rethrow_as_write_error();
template <class F>
void writing(const F& write) {
    try {
        write();
    } catch (...) {
        rethrow_as_write_error();
    }
}

}  // namespace gradpath::tools
