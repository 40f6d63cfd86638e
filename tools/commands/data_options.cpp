// A model remembers how its table was coded, so only training needs these options, and files that differ from that one.
#include <gradpath/tools/commands/data_options.hpp>

#include <algorithm>
#include <array>

#include <gradpath/models/data/csv_data.hpp>
#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {
namespace {

struct Separator {
    const char* name;
    char letter;
};
constexpr std::array<Separator, 4> separators{{{"auto", 0}, {"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}}};
constexpr std::array<const char*, 3> headers{"auto", "yes", "no"};  // in the order of models::Header

/// The position of a word among names.
template <class Names, class Name>
std::size_t chosen(const std::string& what, const std::string& text, const Names& names, const Name& name_of) {
    std::vector<std::string> known;
    for (const auto& name : names) known.emplace_back(name_of(name));
    const auto found = std::ranges::find(known, text);
    std::string list;
    for (const std::string& name : known) list += (list.empty() ? "" : name == known.back() ? " or " : ", ") + name;
    require<UsageError>(found != known.end(), what, " takes ", list, ": got \"", text, "\"", did_you_mean(text, known));
    return static_cast<std::size_t>(found - known.begin());
}

std::string joined(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ",") + name;
    return list;
}

const char* name_of(const Separator& separator) { return separator.name; }

}  // namespace

void add_table_options(Arguments& arguments, models::ReadTable& table) {
    const std::string command = arguments.command();
    arguments.group("Options of tables (.csv, .tsv)");
    arguments.option("--label", "COLUMN", table.label, "the column of the classes, by name or number from 1");
    arguments.value("--header", "WHEN", "yes, no or auto: if no field of the first line is a number (auto)",
                    [&table, command](const std::string& text) {
                        const auto word = [](const char* name) { return name; };
                        table.header = static_cast<models::Header>(chosen(command + ": --header", text, headers, word));
                    });
    arguments.value("--separator", "NAME", "comma, semicolon, tab or auto: as in the first line (auto)",
                    [&table, command](const std::string& text) {
                        table.separator =
                            separators[chosen(command + ": --separator", text, separators, name_of)].letter;
                    });
    const auto list = [&](const char* name, const char* help, std::vector<std::string>& names) {
        arguments.value(
            name, "COLUMN", help, [&names](const std::string& text) { names.push_back(text); }, true);
    };
    list("--ignore", "a column to leave out; may be repeated", table.ignore);
    list("--category", "a column of numbers that stand for kinds; may be repeated", table.categories);
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
    const auto separator = std::ranges::find(separators, table.separator, &Separator::letter);
    return {{"label", table.label},
            {"header", headers[static_cast<std::size_t>(table.header)]},
            {"separator", separator->name},
            {"ignore", joined(table.ignore)},
            {"category", joined(table.categories)}};
}

}  // namespace gradpath::tools
