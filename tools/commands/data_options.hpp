#pragma once
// The options that say what data are and how a table is to be read; all commands that read rows share them.
#include <gradpath/models/data/table.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/models/settings.hpp>
#include <gradpath/tools/commands/arguments.hpp>

namespace gradpath::tools {

constexpr const char* data_help =
    "a data set by name (circles, fashion-mnist, moons, shapes, spirals), a file (.csv, "
    ".npz, CIFAR-10's .bin) or a folder (IDX, CIFAR-10, PNG images by class)";

/// --label, --header, --separator, --ignore and --category.
void add_table_options(Arguments& arguments, models::ReadTable& table);
/// Throws UsageError where such an option is given, but of what is read, the data first, nothing names a table.
void check_table_options(const Arguments& arguments, const std::vector<std::string>& read,
                         const models::ReadTable& table);
/// The same options where rows are read for a model: its columns, its classes and, unless another is named, its label.
models::ReadTable table_for(models::ReadTable table, const models::Model& model);
/// How --data is read as a table, as settings of a run; none where it is not a table.
models::Settings table_settings(const std::string& data, const models::ReadTable& table);

}  // namespace gradpath::tools
