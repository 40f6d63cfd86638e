#pragma once
// --data of the command line: a data set by name or file.
#include <cstdint>
#include <string>
#include <utility>

#include <gradpath/models/data/data_set.hpp>

namespace gradpath::tools {

/// fashion-mnist, moons, shapes, an .npz with x and y, or a folder of IDX files; split is train or test. Throws
/// UsageError for an unknown name (with the nearest) or split, IoError where a file is bad.
models::DataSet open_data(const std::string& what, const std::string& name, const std::string& split,
                          std::uint64_t seed);
/// The rows to train on and a share kept back, drawn by the seed.
std::pair<models::DataSet, models::DataSet> kept_back(const models::DataSet& data, double share, std::uint64_t seed);
/// The same rows in a dtype.
models::DataSet with_dtype(models::DataSet data, DType dtype);

}  // namespace gradpath::tools
