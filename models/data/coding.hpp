#pragma once
// From the texts of a table to numbers: what its columns are, and each row by them.
#include <gradpath/models/data/csv_data.hpp>

namespace gradpath::models {

/// What the columns of the table are: kinds from all rows, so that no category is unknown in the rows to test on; means
/// and usual categories from the training rows. `label` (if any) and those to ignore are left out. Throws IoError, with
/// line and column, for a column that is empty, mixes numbers and text, or has more than 256 categories.
std::vector<Column> learn_columns(const Table& table, std::optional<std::size_t> label, const Indices& training,
                                  const ReadTable& options);
/// Every row by these columns, found by name. Throws IoError where one is not there or a field is not of its kind.
TableRows coded(const Table& table, std::span<const Column> columns);

struct Labels {
    Indices positions;  ///< [rows], among the classes
    std::vector<std::string> classes;
};
/// The classes of a column: those given, those of a summary, or its values in order. Throws IoError, with line and
/// column, for a label that is missing, not among the classes given, or no whole number where all are numbers.
Labels read_labels(const Table& table, std::size_t column, const std::vector<std::string>& classes);

}  // namespace gradpath::models
