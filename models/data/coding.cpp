// A column is numbers if every value that is there is one, categories if none is; a mixture is more often a slip of the
// pen than meant, so it is refused unless the column is declared to be categories.
#include <gradpath/models/data/coding.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>

#include <gradpath/autodiff/io/fault.hpp>
#include <gradpath/models/data/nearest.hpp>

namespace gradpath::models {
namespace {

constexpr std::size_t most_categories = 256;  // of one column; more are names, not kinds

/// A column of a table: its values and how to complain about them.
struct View {
    const Table& table;
    std::size_t position;

    const std::string& name() const { return table.names[position]; }
    const std::string& value(std::size_t row) const { return table.rows[row].fields[position]; }
    std::string place(std::size_t row) const {
        return text("\"", value(row), "\" at line ", table.rows[row].line, ", column ", position + 1);
    }
    template <class... Parts>
    void unless(bool ok, const Parts&... parts) const {
        io::Fault{"csv", table.file}.unless(ok, parts...);
    }
    double number(std::size_t row) const {
        double result = 0;
        unless(parse_number(value(row), result), "column \"", name(), "\" must hold numbers: ", place(row));
        unless(std::isfinite(result), "a number must be finite and fit float32: ", place(row));
        return result;
    }
};

/// Rows of the first number and of the first text; the number of rows where there is none.
struct Kinds {
    std::size_t number, word;
};
Kinds kinds_of(const View& column) {
    const std::size_t rows = column.table.rows.size();
    Kinds kinds{rows, rows};
    double ignored = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        if (is_missing(column.value(row))) continue;
        std::size_t& first = parse_number(column.value(row), ignored) ? kinds.number : kinds.word;
        first = std::min(first, row);
    }
    return kinds;
}

bool has_decimal_comma(std::string field) {
    double ignored = 0;
    const std::size_t comma = field.find(',');
    if (comma == field.npos || field.find('.') != field.npos) return false;
    field[comma] = '.';
    return parse_number(field, ignored);
}

bool is_categories(const View& column, bool declared) {
    const auto [number, word] = kinds_of(column);
    const std::size_t rows = column.table.rows.size();
    const std::string& name = column.name();
    column.unless(number < rows || word < rows, "a column must have values: \"", name, "\" has none; ignore it");
    if (declared) return true;
    column.unless(word == rows || !has_decimal_comma(column.value(word)),
                  "numbers take a decimal point: ", word < rows ? column.place(word) : "");
    if (word < rows && number < rows)
        column.unless(false, "column \"", name, "\" mixes numbers and text: ", column.place(number), ", ",
                      column.place(word), "; mend it, or give --category or --ignore COLUMN");
    return word < rows;
}

double mean_of(const View& column, const Indices& training) {
    double sum = 0;
    Index count = 0;
    const auto add = [&](std::size_t row) {
        if (is_missing(column.value(row))) return;
        sum += column.number(row);
        ++count;
    };
    for (const Index row : training.data()) add(static_cast<std::size_t>(row));
    for (std::size_t row = 0; count == 0 && row < column.table.rows.size(); ++row) add(row);
    return sum / static_cast<double>(count);
}

Column categories_of(const View& column, const Indices& training) {
    std::map<std::string, Index> counts;
    for (std::size_t row = 0; row < column.table.rows.size(); ++row)
        if (!is_missing(column.value(row))) counts.emplace(column.value(row), 0);
    column.unless(counts.size() <= most_categories, "a column may have ", most_categories, " categories: \"",
                  column.name(), "\" has ", counts.size(), "; ignore it");
    for (const Index row : training.data()) {
        const std::string& value = column.value(static_cast<std::size_t>(row));
        if (!is_missing(value)) ++counts[value];
    }
    Column result{.name = column.name()};
    for (const auto& [name, count] : counts) result.categories.push_back(name);
    const auto rarer = [](const auto& a, const auto& b) { return a.second < b.second; };
    result.usual = std::ranges::max_element(counts, rarer)->first;
    return result;
}

/// A field as numbers of a row, from `first` on.
void put(const View& view, std::size_t row, const Column& column, float* first) {
    const bool missing = is_missing(view.value(row));
    if (column.categories.empty()) {
        *first = static_cast<float>(missing ? column.mean : view.number(row));
        return;
    }
    const auto found = std::ranges::find(column.categories, missing ? column.usual : view.value(row));
    if (found == column.categories.end())
        view.unless(false, "column \"", column.name, "\" has the categories ", name_list(column.categories), ": ",
                    view.place(row));
    first[found - column.categories.begin()] = 1;
}

std::string missing_note(const View& view, const Column& column) {
    Index missing = 0;
    for (std::size_t row = 0; row < view.table.rows.size(); ++row) missing += is_missing(view.value(row)) ? 1 : 0;
    if (missing == 0) return "";
    std::array<char, 32> mean{};
    std::snprintf(mean.data(), mean.size(), "%.6g", column.mean);
    const std::string stand_in =
        column.categories.empty() ? text(mean.data(), ", the mean") : text("\"", column.usual, "\", the most frequent");
    return text("column \"", column.name, "\": ", missing, " of ", view.table.rows.size(),
                " values are missing and count as ", stand_in, " of the training rows");
}

}  // namespace

std::vector<Column> learn_columns(const Table& table, std::optional<std::size_t> label, const Indices& training,
                                  const ReadTable& options) {
    std::vector<bool> skipped(table.names.size()), declared(table.names.size());
    if (label) skipped[*label] = true;
    for (const std::string& name : options.ignore) skipped[column_of(table, name)] = true;
    for (const std::string& name : options.categories) declared[column_of(table, name)] = true;
    std::vector<Column> columns;
    for (std::size_t i = 0; i < table.names.size(); ++i) {
        if (skipped[i]) continue;
        const View view{table, i};
        if (is_categories(view, declared[i])) columns.push_back(categories_of(view, training));
        else columns.push_back({.name = view.name(), .mean = mean_of(view, training)});
    }
    io::Fault{"csv", table.file}.unless(!columns.empty(), "there must be a column besides the label");
    return columns;
}

TableRows coded(const Table& table, std::span<const Column> columns) {
    const auto rows = static_cast<Index>(table.rows.size()), features = feature_count(columns);
    std::vector<float> numbers(static_cast<std::size_t>(rows * features), 0.0f);
    TableRows result{.x = {}, .columns = {columns.begin(), columns.end()}};
    Index first = 0;
    for (const Column& column : columns) {
        const auto found = std::ranges::find(table.names, column.name);
        io::Fault{"csv", table.file}.unless(found != table.names.end(), "the model's column \"", column.name,
                                            "\" must be there: the columns are ", name_list(table.names));
        const View view{table, static_cast<std::size_t>(found - table.names.begin())};
        for (Index row = 0; row < rows; ++row)
            put(view, static_cast<std::size_t>(row), column, numbers.data() + row * features + first);
        if (std::string note = missing_note(view, column); !note.empty()) result.notes.push_back(std::move(note));
        first += feature_count(column);
    }
    result.x = Tensor({rows, features}, numbers);
    return result;
}

}  // namespace gradpath::models
