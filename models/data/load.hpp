#pragma once
// The front door to data: a name or a path.
#include <cstdint>
#include <string>

#include <gradpath/models/data/data_set.hpp>

namespace gradpath::models {

/// fashion-mnist; moons (10,000 points by seed, the first 7,500 to train); shapes (5,000 images by seed, the first
/// 4,000 to train); a folder of IDX files; or an .npz file as below, of which a random four fifths, the same for every
/// seed, are to train. `split` is train, test or all; the seed makes generated sets and leaves files as they are.
/// Throws ValueError, with the nearest name, for a name it does not know, IoError for a bad file.
DataSet load(const std::string& name_or_path, const std::string& split = "train", std::uint64_t seed = 0);
/// An .npz file with x [rows, ..] and integer y [rows]; classes are "0", "1", .. up to the largest label.
DataSet npz_data_set(const std::string& path);

}  // namespace gradpath::models
