#pragma once
// NumPy's .npz: a zip archive with one .npy per array.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gradpath/autodiff/io/npy.hpp>

namespace gradpath::io {

struct ReadNpz {
    std::optional<DType> integers = {};                ///< as in ReadNpy
    std::uint64_t max_bytes = std::uint64_t{8} << 30;  ///< of all arrays together, unpacked
};
/// All arrays in the order of the archive, names without ".npy". Stored and deflated entries are read. Throws IoError
/// for a damaged archive, a name twice, an entry that is no .npy, or one whose size is not what its own header says.
std::vector<NamedTensor> read_npz(const std::filesystem::path& path, const ReadNpz& options = {});
/// One array. Throws IoError, listing the names there are, if it is not in the archive.
Tensor read_npz(const std::filesystem::path& path, const std::string& name, const ReadNpz& options = {});
Indices read_npz_indices(const std::filesystem::path& path, const std::string& name, const ReadNpz& options = {});
/// All arrays, each as what it is: real numbers as tensors, integers and booleans as positions.
struct NpzArrays {
    std::vector<NamedTensor> tensors;
    std::vector<NamedIndices> indices;
};
NpzArrays read_npz_arrays(const std::filesystem::path& path, const ReadNpz& options = {});
/// The names, in the order of the archive; reads no array.
std::vector<std::string> npz_names(const std::filesystem::path& path);

struct WriteNpz {
    bool compress = false;  ///< deflate; else the numbers are stored as they are
};
/// Writes atomically; equal tensors give equal bytes (entries carry no clock). Throws ValueError for an empty name, a
/// name twice, or a tensor that is empty.
void write_npz(const std::filesystem::path& path, std::span<const NamedTensor> tensors, const WriteNpz& options = {});
/// The same with arrays of int64 behind the tensors.
void write_npz(const std::filesystem::path& path, std::span<const NamedTensor> tensors,
               std::span<const NamedIndices> indices, const WriteNpz& options = {});

}  // namespace gradpath::io
