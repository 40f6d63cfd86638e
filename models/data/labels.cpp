// Labels are names of classes. Numbers are, too, where all are whole: 1 and 1.0 are one class.
#include <algorithm>
#include <cmath>
#include <set>

#include <gradpath/autodiff/io/fault.hpp>
#include <gradpath/models/data/coding.hpp>

namespace gradpath::models {
namespace {

constexpr std::size_t most_classes = 256, few_classes = 20, rows_per_class = 5;
constexpr double largest_whole = 9007199254740992;  // 2^53: beyond, doubles skip whole numbers

class LabelColumn {
public:
    LabelColumn(const Table& table, std::size_t column, const std::vector<std::string>& known)
        : table_(table), column_(column), known_(known), fault_{"csv", table.file}, numbers_(all_numbers()) {}

    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const io::Record& row : table_.rows) names.push_back(table_.summary ? listed(row) : name(row));
        return names;
    }
    std::vector<std::string> classes_of(const std::vector<std::string>& names) const {
        const std::set<std::string> distinct(names.begin(), names.end());
        const std::string& label = table_.names[column_];
        const bool scattered = distinct.size() > few_classes && names.size() < rows_per_class * distinct.size();
        fault_.unless(distinct.size() <= most_classes && !(numbers_ && scattered),
                      "labels must be classes, few enough to be learnt: column \"", label, "\" has ", distinct.size(),
                      " values in ", names.size(), " rows; regression is not supported, so cut numbers into classes");
        fault_.unless(distinct.size() >= 2, "there must be two classes at least: column \"", label, "\" has only \"",
                      names[0], "\"");
        std::vector<std::string> classes(distinct.begin(), distinct.end());
        const auto smaller = [](const std::string& a, const std::string& b) { return std::stoll(a) < std::stoll(b); };
        if (numbers_) std::ranges::sort(classes, smaller);
        return classes;
    }
    std::string place(const io::Record& row) const {
        return text("\"", row.fields[column_], "\" at line ", row.line, ", column ", column_ + 1);
    }

private:
    bool all_numbers() const {
        double ignored = 0;
        return std::ranges::all_of(table_.rows,
                                   [&](const io::Record& row) { return parse_number(row.fields[column_], ignored); });
    }
    /// A class by its position in the summary.
    const std::string& listed(const io::Record& row) const {
        for (std::size_t k = 0; k < table_.classes.size(); ++k)
            if (row.fields[column_] == std::to_string(k)) return table_.classes[k];
        fault_.unless(false, "a label must be a position among the ", table_.classes.size(),
                      " classes of the first line: ", place(row));
        return table_.classes[0];
    }
    std::string name(const io::Record& row) const {
        const std::string& field = row.fields[column_];
        fault_.unless(!is_missing(field), "a row must have a label: ", place(row));
        const bool known = std::ranges::find(known_, field) != known_.end();  // as text, if all here are numbers
        if (known || !numbers_) return field;
        double value = 0;
        parse_number(field, value);
        fault_.unless(std::abs(value) <= largest_whole && value == std::floor(value),
                      "labels must be classes, text or whole numbers: ", place(row),
                      "; regression is not supported, so cut the numbers into classes");
        return std::to_string(static_cast<Index>(value));
    }

    const Table& table_;
    std::size_t column_;
    const std::vector<std::string>& known_;  ///< the classes of a model, if there is one
    io::Fault fault_;
    bool numbers_;
};

}  // namespace

Labels read_labels(const Table& table, std::size_t column, const std::vector<std::string>& classes) {
    const LabelColumn labels(table, column, classes);
    const std::vector<std::string> names = labels.names();
    Labels result{{}, classes};
    if (classes.empty()) result.classes = table.summary ? table.classes : labels.classes_of(names);
    std::vector<Index> positions;
    for (std::size_t row = 0; row < names.size(); ++row) {
        const auto found = std::ranges::find(result.classes, names[row]);
        io::Fault{"csv", table.file}.unless(found != result.classes.end(),
                                            "the model has no such class: ", labels.place(table.rows[row]));
        positions.push_back(found - result.classes.begin());
    }
    result.positions = Indices({static_cast<Index>(positions.size())}, positions);
    return result;
}

}  // namespace gradpath::models
