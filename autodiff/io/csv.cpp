// A field is quoted where it holds a comma, a quote or a line end, and a quote inside is doubled (RFC 4180, rules 6 and
// 7). Numbers never need it.
#include <gradpath/autodiff/io/csv.hpp>

#include <charconv>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/file.hpp>

namespace gradpath::io {
namespace {

std::string quoted(const std::string& field) {
    if (field.find_first_of(",\"\r\n") == field.npos) return field;
    std::string result = "\"";
    for (const char c : field) result += c == '"' ? "\"\"" : std::string(1, c);
    return result + '"';
}

void append_number(std::string& line, double number) {
    char digits[32];
    line.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

}  // namespace

std::string csv_text(const Table& table) {
    std::string result;
    for (const std::string& column : table.columns)
        result += text(&column == table.columns.data() ? "" : ",", quoted(column));
    result += '\n';
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const std::vector<double>& row = table.rows[i];
        require(row.size() == table.columns.size(), "csv: a row must be as long as the header: row ", i, " has ",
                row.size(), " numbers for ", table.columns.size(), " columns");
        for (std::size_t column = 0; column < row.size(); ++column) {
            if (column > 0) result += ',';
            append_number(result, row[column]);
        }
        result += '\n';
    }
    return result;
}

void write_csv(const std::filesystem::path& path, const Table& table) { write_file(path, csv_text(table)); }

}  // namespace gradpath::io
