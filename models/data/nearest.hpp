#pragma once
// Names in messages: did you mean ..?
#include <span>
#include <string>
#include <string_view>

namespace gradpath::models {

/// The name that the fewest insertions, deletions and replacements of single letters and swaps of two neighbours
/// make out of `word` (the first of equals), if they are at most a third of the longer of the two and three at most;
/// else "".
std::string nearest_name(std::string_view word, std::span<const std::string_view> names);

/// `; did you mean "name"?`, or nothing where no name is near.
std::string suggestion(std::string_view word, std::span<const std::string_view> names);
/// The same, or `; there are a, b, c` where no name is near.
std::string suggestion_or_names(std::string_view word, std::span<const std::string_view> names);

/// `a, b, c`; a name with a comma in it is quoted.
std::string name_list(std::span<const std::string> names, std::string_view between = ", ");

}  // namespace gradpath::models
