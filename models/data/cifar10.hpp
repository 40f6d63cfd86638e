#pragma once
// CIFAR-10 in its binary version (Krizhevsky 2009): records of one label byte and 3 x 32 x 32 bytes, red plane first.
#include <filesystem>

#include <gradpath/models/data/part.hpp>

namespace gradpath::models {

/// Does the folder hold data_batch_*.bin or test_batch.bin, or the like with .gz?
bool is_cifar10_folder(const std::filesystem::path& folder);
/// x [rows, 3, 32, 32], bytes / 255. A folder: data_batch_*.bin in order of name to train on, test_batch.bin to test
/// on. A file: its rows, cut as any file. Classes are the lines of batches.meta.txt beside the files, if it is there,
/// else the ten of the paper. Throws IoError for a missing part, records that are cut, or labels without a class.
DataSet cifar10(const std::filesystem::path& path, Part part);

}  // namespace gradpath::models
