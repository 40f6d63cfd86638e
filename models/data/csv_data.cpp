// A table is coded whole and then cut, so that its parts agree in every column.
#include <gradpath/models/data/csv_data.hpp>

#include <algorithm>
#include <array>
#include <numeric>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/fault.hpp>
#include <gradpath/models/data/coding.hpp>
#include <gradpath/models/data/nearest.hpp>

namespace gradpath::models {
namespace {

std::optional<std::size_t> label_of(const Table& table, const ReadTable& options) {
    if (options.label.empty()) return table.summary ? std::optional(table.names.size() - 1) : std::nullopt;
    const bool there = std::ranges::find(table.names, options.label) != table.names.end();
    if (!there && !options.columns.empty()) return std::nullopt;
    return column_of(table, options.label);
}

std::size_t needed_label(const Table& table, const ReadTable& options) {
    if (!options.label.empty()) return column_of(table, options.label);
    require(table.summary, "csv: the column of the labels must be named: ", table.file, " has ", name_list(table.names),
            "; give --label COLUMN");
    return table.names.size() - 1;
}

/// Columns of numbers by mean and deviation; the 0 and 1 of categories stay as they are.
Normalisation standardisation(const Tensor& x, std::span<const Column> columns) {
    Normalisation result = channel_statistics(x);
    std::size_t first = 0;
    for (const Column& column : columns) {
        const auto count = static_cast<std::size_t>(feature_count(column));
        for (std::size_t i = first; i < first + count && !column.categories.empty(); ++i)
            result.mean[i] = 0, result.sd[i] = 1;
        first += count;
    }
    return result;
}

Indices every_row(const Table& table) {
    std::vector<Index> rows(table.rows.size());
    std::iota(rows.begin(), rows.end(), Index{0});
    return Indices({static_cast<Index>(rows.size())}, rows);
}

std::vector<io::Record> rows_at(const Table& table, const std::vector<Index>& positions) {
    std::vector<io::Record> rows;
    for (const Index i : positions) {
        require(i >= 0 && i < static_cast<Index>(table.rows.size()), "csv: there is no row ", i, ": ", table.file,
                " has ", table.rows.size(), " rows");
        rows.push_back(table.rows[static_cast<std::size_t>(i)]);
    }
    return rows;
}

}  // namespace

DataSet csv_data_set(const std::filesystem::path& path, Part part, const ReadTable& options) {
    const Table table = read_table(path, options);
    const std::size_t label = needed_label(table, options);
    Labels labels = read_labels(table, label, options.classes);
    const RowSplit rows = file_rows(labels.positions);
    const bool learn = options.columns.empty();
    TableRows read = coded(table, learn ? learn_columns(table, label, rows.first, options) : options.columns);
    std::filesystem::path name = path.stem();
    if (path.extension() == ".gz") name = name.stem();
    DataSet data{name.string(), read.x, std::move(labels.positions), std::move(labels.classes)};
    data.columns = std::move(read.columns);
    data.label = table.names[label];
    data.notes = std::move(read.notes);
    if (learn) data.normalisation = standardisation(subset(data, rows.first).x, data.columns);
    return part == Part::all ? data : subset(data, part == Part::train ? rows.first : rows.second);
}

TableRows read_csv_rows(const std::filesystem::path& path, const ReadTable& options,
                        const std::vector<Index>& positions) {
    Table table = read_table(path, options);
    const std::optional<std::size_t> label = label_of(table, options);
    std::vector<Column> columns = options.columns;
    if (columns.empty()) columns = learn_columns(table, label, every_row(table), options);
    if (!positions.empty()) table.rows = rows_at(table, positions);
    TableRows rows = coded(table, columns);
    const auto blank = [&](const io::Record& row) { return is_missing(row.fields[*label]); };
    const bool labelled = label && !options.classes.empty() && std::ranges::none_of(table.rows, blank);
    if (labelled) rows.labels = read_labels(table, *label, options.classes).positions;
    return rows;
}

TableRows parse_csv_row(const std::string& line, std::span<const Column> columns) {
    Table table{line, {}, io::parse_records(line, line, {.separator = ','}).list, false, {}};
    for (const Column& column : columns) table.names.push_back(column.name);
    const std::size_t fields = table.rows.size() == 1 ? table.rows[0].fields.size() : 0;
    io::Fault{"csv", line}.unless(fields == columns.size(), "a row must have one value per column: ", fields, " for ",
                                  columns.size());
    return coded(table, columns);
}

bool is_csv(const std::string& path) {
    constexpr std::array<std::string_view, 4> endings{".csv", ".tsv", ".csv.gz", ".tsv.gz"};
    return std::ranges::any_of(endings, [&](std::string_view ending) { return path.ends_with(ending); });
}

}  // namespace gradpath::models
