// A model remembers how its table was coded, so only training needs these options, and files that differ from that one.
#include <gradpath/tools/commands/data_options.hpp>

#include <algorithm>
#include <span>

#include <gradpath/models/data/csv_data.hpp>
#include <gradpath/models/data/nearest.hpp>
#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {
namespace {

using Names = std::vector<std::string>;

const Names headers{"auto", "yes", "no"};  // in the order of models::Header
const Names separators{"auto", "comma", "semicolon", "tab"};
constexpr std::string_view letters{"\0,;\t", 4};  // of the separators, in their order

/// The position of a word among names.
std::size_t chosen(const std::string& what, const std::string& text, const Names& names) {
    const auto found = std::ranges::find(names, text);
    const std::span<const std::string> all(names);
    require<UsageError>(found != names.end(), what, " takes ", models::name_list(all.first(all.size() - 1)), " or ",
                        names.back(), ": got \"", text, "\"", did_you_mean(text, names));
    return static_cast<std::size_t>(found - names.begin());
}

/// Names joined by commas, none of them empty or twice.
Names column_names(const std::string& command, const std::string& text) {
    Names names;
    for (std::size_t first = 0; first <= text.size();) {
        const std::size_t comma = std::min(text.find(',', first), text.size());
        names.push_back(text.substr(first, comma - first));
        require<UsageError>(!names.back().empty(), command, ": --columns takes names joined by commas: got \"", text,
                            "\"");
        require<UsageError>(std::ranges::count(names, names.back()) == 1, command, ": --columns names \"", names.back(),
                            "\" twice");
        first = comma + 1;
    }
    return names;
}

/// FILE.csv alone, behind words such as "data:" or "samples:", or before rows and splits.
bool names_table(const std::string& text) {
    for (std::size_t first = 0; first <= text.size();) {
        const std::size_t colon = std::min(text.find(':', first), text.size());
        if (models::is_csv(text.substr(first, colon - first))) return true;
        first = colon + 1;
    }
    return false;
}

std::string or_none(const std::string& text) { return text.empty() ? "none" : text; }

}  // namespace

void add_table_options(Arguments& arguments, models::ReadTable& table) {
    const std::string command = arguments.command();
    arguments.group("Options of tables (.csv, .tsv)");
    arguments.option("--label", "COLUMN", table.label, "the column of the classes, by name or number from 1");
    arguments.value("--header", "WHEN", "yes, no or auto: if no field of the first line is a number (auto)",
                    [&table, command](const std::string& text) {
                        table.header = static_cast<models::Header>(chosen(command + ": --header", text, headers));
                    });
    arguments.value("--columns", "NAMES", "of the columns of a file without a header, joined by commas (x1,x2,..)",
                    [&table, command](const std::string& text) { table.names = column_names(command, text); });
    arguments.value("--separator", "NAME", "comma, semicolon, tab or auto: as in the first line (auto)",
                    [&table, command](const std::string& text) {
                        table.separator = letters[chosen(command + ": --separator", text, separators)];
                    });
    const auto list = [&](const char* name, const char* help, std::vector<std::string>& names) {
        arguments.value(
            name, "COLUMN", help, [&names](const std::string& text) { names.push_back(text); }, true);
    };
    list("--ignore", "a column to leave out; may be repeated", table.ignore);
    list("--category", "a column of numbers that stand for kinds; may be repeated", table.categories);
}

void check_table_options(const Arguments& arguments, const std::vector<std::string>& read,
                         const models::ReadTable& table) {
    const char* given = !table.label.empty()                       ? "--label"
                        : table.header != models::Header::automatic ? "--header"
                        : !table.names.empty()                      ? "--columns"
                        : table.separator != 0                      ? "--separator"
                        : !table.ignore.empty()                     ? "--ignore"
                        : !table.categories.empty()                 ? "--category"
                                                                    : nullptr;
    require<UsageError>(given == nullptr || std::ranges::any_of(read, names_table), arguments.command(), ": ",
                        given == nullptr ? "" : given, " is of tables (.csv, .tsv), the data are ", read.at(0));
}

models::ReadTable table_for(models::ReadTable table, const models::Model& model) {
    if (model.columns.empty()) return table;
    table.columns = model.columns;
    table.classes = model.class_names;
    if (table.label.empty()) table.label = model.label;
    return table;
}

models::Settings table_settings(const std::string& data, const models::ReadTable& table) {
    if (!models::is_csv(data)) return {};
    models::Settings settings{{"label", or_none(table.label)},
                              {"header", headers[static_cast<std::size_t>(table.header)]},
                              {"separator", separators[letters.find(table.separator)]},
                              {"ignore", or_none(models::name_list(table.ignore, ","))},
                              {"category", or_none(models::name_list(table.categories, ","))}};
    if (!table.names.empty()) settings.emplace("columns", models::name_list(table.names, ","));
    return settings;
}

}  // namespace gradpath::tools
