#include <gradpath/tools/experiments/collected.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradpath/tools/commands/format.hpp>

namespace gradpath::tools {
namespace {

using attribution::quality::Confidence;
using attribution::quality::confidence;

/// Appends what is not there yet, and says where it stands.
std::size_t place_of(std::vector<std::string>& list, const std::string& name) {
    const auto found = std::ranges::find(list, name);
    if (found != list.end()) return static_cast<std::size_t>(found - list.begin());
    list.push_back(name);
    return list.size() - 1;
}

/// In one line, where a column is narrow.
std::string unbroken(std::string name) {
    for (auto blank = name.find(' '); blank != name.npos; blank = name.find(' ')) name.replace(blank, 1, "\u00a0");
    return name;
}

/// To so many digits; counts of evaluations without an exponent.
std::string in_full(double value, int digits) {
    return std::abs(value) >= std::pow(10, digits) ? fixed(value, 0) : short_number(value, digits);
}

}  // namespace

void Collected::add(const std::string& method, const std::string& figure, double value) {
    const auto found =
        std::ranges::find_if(series_, [&](const Series& s) { return s.method == method && s.figure == figure; });
    if (found != series_.end()) found->values.push_back(value);
    else series_.push_back({method, figure, {value}});
}

std::span<const double> Collected::values(const std::string& method, const std::string& figure) const {
    for (const Series& s : series_)
        if (s.method == method && s.figure == figure) return s.values;
    return {};
}

double Collected::mean(const std::string& method, const std::string& figure) const {
    const std::span<const double> list = values(method, figure);
    return list.empty() ? std::numeric_limits<double>::quiet_NaN() : confidence(list).mean;
}

void Collected::append_rows(Study& study, std::span<const Note> notes) const {
    for (const Series& s : series_) {
        const auto note = std::ranges::find(notes, s.method, &Note::method);
        StudyRow row = mean_row(s.method, s.figure, s.values);
        if (note != notes.end()) row.note = note->words;
        study.rows.push_back(std::move(row));
    }
}

Table Collected::table(const std::string& caption, const std::string& suffix) const {
    std::vector<std::string> methods, figures;
    for (const Series& s : series_)
        if (s.figure.ends_with(suffix)) place_of(methods, s.method), place_of(figures, s.figure);
    Table table{.caption = caption, .columns = {{"method"}}, .rows = {}};
    for (const std::string& figure : figures)
        table.columns.push_back({figure.substr(0, figure.size() - suffix.size()), true});
    for (const std::string& method : methods) {
        std::vector<std::string>& row = table.rows.emplace_back(std::vector{unbroken(method)});
        for (const std::string& figure : figures) {
            const std::span<const double> list = values(method, figure);
            row.push_back(list.empty() ? "" : mean_text(list));
        }
    }
    return table;
}

std::string interval_text(const Confidence& c) {
    const std::string mean = in_full(c.mean, 3);
    if (!(c.low < c.high)) return mean;
    return text(mean, " ± ", in_full((c.high - c.low) / 2, 2));
}

StudyRow mean_row(const std::string& method, const std::string& figure, std::span<const double> values) {
    const Confidence c = confidence(values);
    StudyRow row{.method = method, .figure = figure, .value = c.mean};
    if (values.size() > 1) row.low = c.low, row.high = c.high;
    return row;
}

std::string mean_text(std::span<const double> values) { return interval_text(confidence(values)); }

}  // namespace gradpath::tools
