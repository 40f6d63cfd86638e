#pragma once
// A CSV file as a table: names of columns over rows of text.
#include <filesystem>
#include <string>
#include <vector>

#include <gradpath/autodiff/io/records.hpp>
#include <gradpath/models/data/columns.hpp>

namespace gradpath::models {

enum class Header {
    automatic,  ///< the first line is one unless a field of it is a number, or it is a summary
    yes,
    no,  ///< columns have the names that are given, or are x1, x2, ..
};
/// How to read a table. Columns are named by their name, or by their number from 1.
struct ReadTable {
    std::string label = {};  ///< the column of the classes
    Header header = Header::automatic;
    std::vector<std::string> names = {};       ///< of the columns of a file without a header
    char separator = 0;                        ///< 0: comma, semicolon or tab, found from the first line
    std::vector<std::string> ignore = {};      ///< columns to leave out
    std::vector<std::string> categories = {};  ///< columns of numbers that stand for kinds, such as postal codes
    std::vector<Column> columns = {};          ///< as a model learnt them; empty: learn them from this file
    std::vector<std::string> classes = {};     ///< as a model learnt them; empty: learn them from this file
};

struct Table {
    std::string file;
    std::vector<std::string> names;    ///< of the columns
    std::vector<io::Record> rows;      ///< each as long as the names
    bool summary = false;              ///< did it begin with a summary?
    std::vector<std::string> classes;  ///< of the summary
};
/// A CSV file, plain or inside gzip. A summary is the first line of scikit-learn's files, "rows,features,names..",
/// recognised where both numbers are those of what follows and two classes are named at least; the last column then
/// holds positions among the classes, and need not be named ("class"). Throws ValueError for names beside a header or
/// not as many as columns, IoError, with line and column, for what io::read_records() refuses, rows of unequal length,
/// names that are missing or occur twice, or no row.
Table read_table(const std::filesystem::path& path, const ReadTable& options = {});
/// The position of a column by name, or by number from 1. Throws ValueError, with the nearest name, if there is none.
std::size_t column_of(const Table& table, const std::string& column);
/// Does the field say that nothing is known? "", NA, N/A, NaN, nan, null, NULL and ?.
bool is_missing(const std::string& field);
/// The field as a number, if it is one; infinite where it is too large for float32.
bool parse_number(const std::string& field, double& value);

}  // namespace gradpath::models
