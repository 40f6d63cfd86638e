// What the first line is decides the names: a summary, a header, or the first row.
#include <gradpath/models/data/table.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/fault.hpp>
#include <gradpath/models/data/nearest.hpp>

namespace gradpath::models {
namespace {

using Rows = std::vector<io::Record>;

bool is_count(const std::string& field, std::size_t count) { return field == std::to_string(count); }

bool begins_with_summary(const Rows& rows) {
    if (rows.size() < 2 || rows[0].fields.size() < 4) return false;
    return is_count(rows[0].fields[0], rows.size() - 1) && is_count(rows[0].fields[1], rows[1].fields.size() - 1);
}

bool begins_with_header(const Rows& rows, Header header) {
    double ignored = 0;
    const auto is_number = [&](const std::string& field) { return parse_number(field, ignored); };
    return header == Header::yes || (header == Header::automatic && std::ranges::none_of(rows[0].fields, is_number));
}

/// Takes the first line off and makes names of it.
std::vector<std::string> header_names(Rows& rows, const io::Fault& fault) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < rows[0].fields.size(); ++i) {
        const std::string& name = rows[0].fields[i];
        fault.unless(!name.empty(), "a column must have a name: line ", rows[0].line, ", column ", i + 1);
        fault.unless(seen.insert(name).second, "a name must occur once: \"", name, "\", line ", rows[0].line,
                     ", column ", i + 1);
    }
    std::vector<std::string> names = std::move(rows[0].fields);
    rows.erase(rows.begin());
    return names;
}

/// The names that a file without a header is given; else those a model learnt, if they fit; else x1, x2, ..
void name_columns(Table& table, const ReadTable& options) {
    const std::size_t count = table.rows[0].fields.size();
    table.names = options.names;
    if (table.summary && table.names.size() + 1 == count) table.names.push_back("class");
    require(table.names.empty() || table.names.size() == count, "csv: every column must be named: ", table.file,
            " has ", count, " columns, ", options.names.size(), " names are given");
    if (table.names.empty()) {
        for (const Column& column : options.columns) table.names.push_back(column.name);
        if (table.names.size() + 1 == count) table.names.push_back(options.label);
    }
    if (table.names.size() == count) return;
    table.names.clear();
    for (std::size_t i = 1; i <= count; ++i) table.names.push_back(text("x", i));
}

}  // namespace

Table read_table(const std::filesystem::path& path, const ReadTable& options) {
    const io::Fault fault{"csv", path.string()};
    Table table{path.string(), {}, io::read_records(path, {.separator = options.separator}).list, false, {}};
    Rows& rows = table.rows;
    fault.unless(!rows.empty(), "there must be rows: the file is empty");
    table.summary = options.header == Header::automatic && begins_with_summary(rows);
    if (table.summary) {
        table.classes.assign(rows[0].fields.begin() + 2, rows[0].fields.end());
        rows.erase(rows.begin());
        name_columns(table, options);
    } else if (begins_with_header(rows, options.header)) {
        table.names = header_names(rows, fault);
        fault.unless(!rows.empty(), "there must be rows: there is only a header");
        require(options.names.empty(), "csv: names are for files without a header: ", table.file, " begins with ",
                name_list(table.names), "; leave them out, or say that this line is none");
    } else {
        name_columns(table, options);
    }
    for (const io::Record& row : rows)
        fault.unless(row.fields.size() == table.names.size(), "rows must be equally long: line ", row.line, " has ",
                     row.fields.size(), " fields, there are ", table.names.size(), " columns");
    return table;
}

std::size_t column_of(const Table& table, const std::string& column) {
    const auto found = std::ranges::find(table.names, column);
    if (found != table.names.end()) return static_cast<std::size_t>(found - table.names.begin());
    std::size_t number = 0;
    const auto [end, fault] = std::from_chars(column.data(), column.data() + column.size(), number);
    if (fault == std::errc() && end == column.data() + column.size() && number >= 1 && number <= table.names.size())
        return number - 1;
    const std::vector<std::string_view> names(table.names.begin(), table.names.end());
    throw ValueError(text("csv: there is no column \"", column, "\": ", table.file, " has ", name_list(table.names),
                          suggestion(column, names)));
}

bool is_missing(const std::string& field) {
    constexpr std::array<std::string_view, 8> words{"", "NA", "N/A", "NaN", "nan", "null", "NULL", "?"};
    return std::ranges::find(words, field) != words.end();
}

bool parse_number(const std::string& field, double& value) {
    const std::size_t sign = field.starts_with('+') && !field.starts_with("+-") ? 1 : 0;
    const char* const last = field.data() + field.size();
    const auto [end, fault] = std::from_chars(field.data() + sign, last, value);
    if (fault == std::errc::invalid_argument || end != last || is_missing(field)) return false;
    const bool fits = fault == std::errc() && std::abs(value) <= double{std::numeric_limits<float>::max()};
    if (!fits) value = std::numeric_limits<double>::infinity();
    return true;
}

}  // namespace gradpath::models
