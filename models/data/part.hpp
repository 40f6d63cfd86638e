#pragma once
// Which rows of a data set: those to train on, those to test on, or all.
#include <string_view>

#include <gradpath/models/data/data_set.hpp>

namespace gradpath::models {

enum class Part { train, test, all };
/// Throws ValueError, with the nearest name, unless it is train, test or all.
Part part_named(std::string_view name);

/// How a file that knows no parts is cut: a random four fifths of each class to train on, the rest to test on.
RowSplit file_rows(const Indices& labels);
DataSet part_of_file(const DataSet& data, Part part);

}  // namespace gradpath::models
