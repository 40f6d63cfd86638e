#pragma once
// The front door to data: a name or a path.
#include <cstdint>
#include <string>

#include <gradpath/models/data/data_set.hpp>
#include <gradpath/models/data/table.hpp>

namespace gradpath::models {

/// circles, moons, spirals (10,000 points by seed, the first 7,500 to train); shapes (5,000 images by seed, the first
/// 4,000 to train); fashion-mnist; a folder of IDX files, of CIFAR-10's batches, or of PNG images by class; or a file:
/// .csv or .tsv (see csv_data.hpp), .npz as below, .bin of CIFAR-10. Of a file a random four fifths of each class, the
/// same for every seed, are to train. `split` is train, test or all; the seed makes generated sets and leaves files as
/// they are; `table` is how to read a table. Throws ValueError, with the nearest name, for a name it does not know,
/// IoError for a bad file.
DataSet load(const std::string& name_or_path, const std::string& split = "train", std::uint64_t seed = 0,
             const ReadTable& table = {});
/// An .npz file with x [rows, ..] and integer y [rows]; classes are "0", "1", .. up to the largest label.
/// Throws IoError where they do not go together and for an x that float32 does not hold as a finite number.
DataSet npz_data_set(const std::string& path);

}  // namespace gradpath::models
