#pragma once
// CSV files as data sets, and rows of CSV files in the coding of a model that was trained on such a file.
#include <optional>

#include <gradpath/models/data/data_set.hpp>
#include <gradpath/models/data/part.hpp>
#include <gradpath/models/data/table.hpp>

namespace gradpath::models {

/// x [rows, features] as the columns say, labels from the column `options.label` (a summary's: the last). Classes are
/// the label's values in order of name, or of number where all are whole numbers. Of each class a random four fifths,
/// the same for every seed, are to train; from them come the normalisation of columns of numbers and what a missing
/// value counts as, of which `notes` tell. Throws IoError, with line and column, for a file that breaks a rule;
/// ValueError for a column that is not there, or no label.
DataSet csv_data_set(const std::filesystem::path& path, Part part, const ReadTable& options);

struct TableRows {
    Tensor x;  ///< [rows, features] float32
    std::vector<Column> columns;
    std::optional<Indices> labels = {};   ///< [rows], among `options.classes`
    std::vector<std::string> notes = {};  ///< on missing values
};
/// The rows of a file at these positions (empty: all), which need no labels: there are some if classes are given and
/// the label's column is there and full. Throws ValueError for a position that is not there.
TableRows read_csv_rows(const std::filesystem::path& path, const ReadTable& options,
                        const std::vector<Index>& positions = {});
/// One row as a line of text, "39,red,12.5": a value for each column. Throws IoError if it has not as many fields.
TableRows parse_csv_row(const std::string& line, std::span<const Column> columns);

/// Does the path end as a table's does: .csv or .tsv, or either with .gz?
bool is_csv(const std::string& path);

}  // namespace gradpath::models
