#pragma once
// NumPy's .npy: one array with its shape and type (NEP 1). Versions 1.0, 2.0 and 3.0 are read, 1.0 is written.
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <gradpath/autodiff/io/element.hpp>

namespace gradpath::io {

struct ReadNpy {
    std::optional<DType> integers = {};  ///< what integer and boolean arrays become; without it they are refused
};
/// f4 and f8 keep their dtype; integers of up to 8 bytes and booleans become `integers`; either storage order.
/// Throws IoError for anything but one well-formed little-endian array that fills the file.
Tensor read_npy(const std::filesystem::path& path, const ReadNpy& options = {});
/// An integer or boolean array.
Indices read_npy_indices(const std::filesystem::path& path);
/// Writes float32 as <f4, float64 as <f8, positions as <i8; row-major, atomically.
void write_npy(const std::filesystem::path& path, const Tensor& t);
void write_npy(const std::filesystem::path& path, const Indices& positions);

struct NpyHeader {
    Element element;
    bool fortran_order;
    Shape shape;
    std::size_t data_begin, data_bytes;
};
/// What the array is. Throws as read_npy.
NpyHeader read_npy_header(const std::filesystem::path& path);

// The same on bytes, for archives. `name` is for messages.
/// Needs the first bytes of the file only: npy_prefix, then header_end(prefix) of them.
inline constexpr std::size_t npy_prefix = 12;
std::size_t npy_header_end(std::string_view prefix, const std::string& name);
NpyHeader parse_npy_header(std::string_view bytes, const std::string& name);
Tensor parse_npy(std::string_view bytes, const std::string& name, const ReadNpy& options = {});
Indices parse_npy_indices(std::string_view bytes, const std::string& name);
std::string npy_header(const Tensor& t);
std::string npy_header(const Indices& positions);

}  // namespace gradpath::io
