#pragma once
// Text in and out: names with a nearest match, and the fields of option structs.
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/attribution/core/quadrature.hpp>

namespace gradpath::attribution {

/// The nearest of `names` by edit distance; empty if none is near: within three letters and half of the longer word.
std::string nearest_name(std::string_view name, std::span<const std::string> names);
/// "; did you mean 'steps'?" with the nearest name, or nothing.
std::string suggestion(std::string_view name, std::span<const std::string> names);
/// For errors: "'stepz' is unknown; did you mean 'steps'? There are: LIST", or without the question.
std::string unknown(std::string_view name, std::span<const std::string> names, std::string_view list);
/// The position of `name` in `names`, for enumerations. Throws ValueError "WHAT 'x' is unknown; ..".
std::size_t position_of(const std::string& what, std::string_view name, std::span<const std::string> names);

/// Parts between separators: split("1,2", ',') is {"1", "2"}; the empty text has one empty part.
std::vector<std::string> split(std::string_view text, char separator);
/// The inverse: "a, b" for joined({"a", "b"}, ", ").
std::string joined(std::span<const std::string> parts, std::string_view separator);
/// A whole number, a finite number. Throw ValueError "what: must be a whole number but is 'x'".
Index parse_index(const std::string& what, std::string_view text);
double parse_number(const std::string& what, std::string_view text);

/// Sets an option from its text. Throws ValueError that begins with `what`.
void parse_field(const std::string& what, std::string_view text, Index& field);
void parse_field(const std::string& what, std::string_view text, std::uint64_t& field);
void parse_field(const std::string& what, std::string_view text, double& field);
void parse_field(const std::string& what, std::string_view text, bool& field);
void parse_field(const std::string& what, std::string_view text, QuadratureRule& field);
void parse_field(const std::string& what, std::string_view text, std::string& field);
template <class T>
void parse_field(const std::string& what, std::string_view text, std::optional<T>& field) {
    T value{};
    parse_field(what, text, value);
    field = std::move(value);
}

/// The text that parse_field reads back.
std::string field_text(Index field);
std::string field_text(std::uint64_t field);
std::string field_text(double field);
std::string field_text(bool field);
std::string field_text(QuadratureRule field);
std::string field_text(const std::string& field);
template <class T>
std::string field_text(const std::optional<T>& field) {
    return field ? field_text(*field) : std::string("automatic");
}

}  // namespace gradpath::attribution
