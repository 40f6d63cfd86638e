#pragma once
// How the columns of a table become the numbers of a row: what a model remembers of the file it was trained on.
#include <span>
#include <string>
#include <vector>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::models {

/// A column of numbers is one feature, a column of categories one feature per category: 1 where it is that one, else 0.
struct Column {
    std::string name;
    std::vector<std::string> categories = {};  ///< in order; empty: a column of numbers
    double mean = 0;                           ///< of the training rows: what a missing number counts as
    std::string usual = {};                    ///< most frequent among the training rows: what a missing category is
    bool operator==(const Column&) const = default;
};
Index feature_count(const Column& column);
Index feature_count(std::span<const Column> columns);
/// "age" for a column of numbers, "colour=red" for each category of another.
std::vector<std::string> feature_names(std::span<const Column> columns);
/// Throws ValueError unless names and categories are there and differ, a column's `usual` is one of its categories,
/// means are finite, and, where there are columns, the features are as many as the inputs.
void check(std::span<const Column> columns, Index inputs);

}  // namespace gradpath::models
