#pragma once
// Rows of a table as a command's input: a file, rows of it, or one row that was typed.
#include <gradpath/tools/commands/subject.hpp>

namespace gradpath::tools {

/// FILE.csv or FILE.csv:ROWS, where ROWS is 3 or 3,1,4, counted from 0 without the header?
bool names_csv(const std::string& text);
/// Throws UsageError for rows and columns that are not there, IoError for a bad file.
Rows read_csv_input(const std::string& text, const ReadRows& options);
/// Is it a value for each column of the model's table, other than plain numbers?
bool is_typed_row(const std::string& text, const ReadRows& options);
/// Of what was typed for a model of a table, anything with a comma must be a row: throws UsageError, telling the
/// columns, unless it has as many values.
void check_count(const std::string& text, const ReadRows& options);
/// Throws UsageError for values that are not of their column's kind.
Rows read_typed_row(const std::string& text, const ReadRows& options);
/// The typed row of which nothing is known: the training rows' means and most frequent categories.
std::string unknown_row(const std::vector<models::Column>& columns);

}  // namespace gradpath::tools
