// Names that people type. The nearest name is the one with the least Levenshtein distance (1966): the number of letters
// to insert, drop or replace; the first of equals wins, so the answer does not depend on chance. More than three
// letters, or half of the longer word, is another word and not a slip. Numbers are read by from_chars, which knows no
// locale.
#include <gradpath/attribution/core/names.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string nearest_name(std::string_view name, std::span<const std::string> names) {
    std::string nearest;
    std::size_t fewest = 4;
    for (const std::string& candidate : names) {
        const std::size_t count = edit_distance(name, candidate);
        if (count >= fewest || 2 * count > std::max(name.size(), candidate.size())) continue;
        fewest = count;
        nearest = candidate;
    }
    return nearest;
}

std::string suggestion(std::string_view name, std::span<const std::string> names) {
    const std::string nearest = nearest_name(name, names);
    return nearest.empty() ? "" : text("; did you mean '", nearest, "'?");
}

std::string unknown(std::string_view name, std::span<const std::string> names, std::string_view list) {
    const std::string guess = suggestion(name, names);
    return text("'", name, "' is unknown", guess.empty() ? "." : guess, " There are: ", list);
}

std::size_t position_of(const std::string& what, std::string_view name, std::span<const std::string> names) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) throw ValueError(text(what, " ", unknown(name, names, joined(names, " "))));
    return static_cast<std::size_t>(found - names.begin());
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (std::size_t first = 0;;) {
        const std::size_t last = text.find(separator, first);
        parts.emplace_back(text.substr(first, last == text.npos ? text.npos : last - first));
        if (last == text.npos) return parts;
        first = last + 1;
    }
}

std::string joined(std::span<const std::string> parts, std::string_view separator) {
    std::string whole;
    for (const std::string& part : parts) {
        if (&part != parts.data()) whole.append(separator);
        whole.append(part);
    }
    return whole;
}

Index parse_index(const std::string& what, std::string_view text) {
    Index number = 0;
    require(read_number(text, number), what, ": must be a whole number but is '", text, "'");
    return number;
}

double parse_number(const std::string& what, std::string_view text) {
    double number = 0;
    require(read_number(text, number) && std::isfinite(number), what, ": must be a number but is '", text, "'");
    return number;
}

void parse_field(const std::string& what, std::string_view text, Index& field) { field = parse_index(what, text); }
void parse_field(const std::string& what, std::string_view text, std::uint64_t& field) {
    require(read_number(text, field), what, ": must be a whole number from 0 on but is '", text, "'");
}
void parse_field(const std::string& what, std::string_view text, double& field) { field = parse_number(what, text); }
void parse_field(const std::string& what, std::string_view text, bool& field) {
    require(text == "true" || text == "false", what, ": must be true or false but is '", text, "'");
    field = text == "true";
}
void parse_field(const std::string&, std::string_view text, QuadratureRule& field) { field = parse_rule(text); }
void parse_field(const std::string&, std::string_view text, std::string& field) { field = text; }

std::string field_text(Index field) { return to_text(field); }
std::string field_text(std::uint64_t field) { return to_text(field); }
std::string field_text(double field) { return to_text(field); }
std::string field_text(bool field) { return field ? "true" : "false"; }
std::string field_text(QuadratureRule field) { return describe(field); }
std::string field_text(const std::string& field) { return field; }

}  // namespace gradpath::attribution
