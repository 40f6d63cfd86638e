#pragma once
// The safetensors format: named tensors and string metadata in one file, read strictly.
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/io/element.hpp>

namespace gradpath::io {

struct SafeTensors {
    std::vector<NamedTensor> tensors = {};   ///< F32 and F64; F16 and BF16 are read as float32
    std::vector<NamedIndices> indices = {};  ///< I64
    std::map<std::string, std::string> metadata = {};
};

/// The tensor with a name. Throws IoError if there is none.
const Tensor& find(const SafeTensors& file, const std::string& name);

/// Entries come in the order of their bytes. Throws IoError for every departure from the format: see safetensors.cpp.
SafeTensors read_safetensors(const std::filesystem::path& path);
SafeTensors parse_safetensors(std::string_view bytes, const std::string& name);  ///< name: for messages

/// Writes atomically; equal contents give equal bytes whatever their order (8-byte numbers first, then by name; the
/// header sorted by name and padded to a multiple of 8). Throws ValueError for a name twice, the name __metadata__,
/// text that is not UTF-8, or a tensor that is empty.
void write_safetensors(const std::filesystem::path& path, const SafeTensors& file);

}  // namespace gradpath::io
