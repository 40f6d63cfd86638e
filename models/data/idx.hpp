#pragma once
// IDX, the format of MNIST: arrays of unsigned bytes, plain or inside gzip; and folders of such files.
#include <filesystem>
#include <string>
#include <vector>

#include <gradpath/models/data/data_set.hpp>
#include <gradpath/models/data/part.hpp>

namespace gradpath::models {

struct Idx {
    Shape shape;
    std::string bytes;  ///< shape.size() unsigned bytes, row-major
};
/// Throws IoError for anything but one array of unsigned bytes that fills the file.
Idx read_idx(const std::filesystem::path& path);

/// The files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-.. and t10k-labels-.. of a folder, each
/// plain or with .gz: x [rows, 1, height, width], bytes / 255. Classes are "0", "1", .. up to the largest label of the
/// folder unless named. Throws IoError if a file is missing or malformed, or images and labels do not match.
DataSet idx_folder(const std::filesystem::path& folder, Part part, std::vector<std::string> classes = {});

}  // namespace gradpath::models
