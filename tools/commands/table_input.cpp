// The coding is the library's; here faults are laid at the right door, and a row is told from a name.
#include <gradpath/tools/commands/table_input.hpp>

#include <algorithm>
#include <iterator>

#include <gradpath/models/data/csv_data.hpp>
#include <gradpath/models/data/nearest.hpp>
#include <gradpath/tools/commands/data_source.hpp>
#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {
namespace {

Rows rows_of(models::TableRows&& read, const std::string& name) {
    return {.x = std::move(read.x), .name = name, .labels = std::move(read.labels), .notes = std::move(read.notes)};
}

/// Where ":ROWS" begins; the end of the text where there is none.
std::size_t rows_begin(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    const bool rows = colon != text.npos && text.find_first_not_of("0123456789, ", colon + 1) == text.npos;
    return rows ? colon : text.size();
}

std::size_t values_in(const std::string& text) { return static_cast<std::size_t>(std::ranges::count(text, ',')) + 1; }

}  // namespace

bool names_csv(const std::string& text) { return models::is_csv(text.substr(0, rows_begin(text))); }

Rows read_csv_input(const std::string& text, const ReadRows& options) {
    const std::size_t end = rows_begin(text);
    const std::string file = text.substr(0, end);
    const std::vector<Index> positions =
        end < text.size() ? parse_positions(options.what, text.substr(end + 1)) : std::vector<Index>{};
    return as_usage(options.what, [&] { return rows_of(models::read_csv_rows(file, options.table, positions), text); });
}

bool is_typed_row(const std::string& text, const ReadRows& options) {
    const std::vector<models::Column>& columns = options.table.columns;
    const auto is_category = [](const models::Column& column) { return !column.categories.empty(); };
    const bool gaps = text.find_first_not_of("0123456789+-.eE, ") != text.npos || text.find(",,") != text.npos;
    return values_in(text) == columns.size() && (gaps || std::ranges::any_of(columns, is_category));
}

void check_count(const std::string& text, const ReadRows& options) {
    const std::vector<models::Column>& columns = options.table.columns;
    std::vector<std::string> names;
    std::ranges::transform(columns, std::back_inserter(names), &models::Column::name);
    const std::size_t values = values_in(text);
    const bool is_row = !columns.empty() && (values > 1 || looks_like_numbers(text));
    require<UsageError>(!is_row || values == columns.size(), options.what, ": the model takes ", columns.size(),
                        " values a row, ", models::name_list(names), ": got ", values);
}

Rows read_typed_row(const std::string& text, const ReadRows& options) {
    try {
        return rows_of(models::parse_csv_row(text, options.table.columns), text);
    } catch (const IoError& error) {
        throw UsageError(options.what + after_op(error.what()));
    }
}

std::string unknown_row(const std::vector<models::Column>& columns) {
    std::string row;
    for (std::size_t i = 0; i < columns.size(); ++i) row += i == 0 ? "?" : ",?";
    return row;
}

}  // namespace gradpath::tools
