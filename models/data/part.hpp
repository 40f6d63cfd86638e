#pragma once
// Which rows of a data set: those to train on, those to test on, or all.
#include <string_view>

namespace gradpath::models {

enum class Part { train, test, all };
/// Throws ValueError, with the nearest name, unless it is train, test or all.
Part part_named(std::string_view name);

}  // namespace gradpath::models
