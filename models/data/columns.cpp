// One-hot, so that the attributions of a column's features add up to the column's.
#include <gradpath/models/data/columns.hpp>

#include <algorithm>
#include <cmath>
#include <set>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::models {

Index feature_count(const Column& column) {
    return column.categories.empty() ? 1 : static_cast<Index>(column.categories.size());
}

Index feature_count(std::span<const Column> columns) {
    Index count = 0;
    for (const Column& column : columns) count += feature_count(column);
    return count;
}

std::vector<std::string> feature_names(std::span<const Column> columns) {
    std::vector<std::string> names;
    for (const Column& column : columns) {
        if (column.categories.empty()) names.push_back(column.name);
        for (const std::string& category : column.categories) names.push_back(column.name + "=" + category);
    }
    return names;
}

void check(std::span<const Column> columns, Index inputs) {
    std::set<std::string> names;
    for (const Column& column : columns) {
        require(!column.name.empty(), "columns: a column must have a name");
        require(names.insert(column.name).second, "columns: a name must occur once: \"", column.name, "\"");
        require(std::isfinite(column.mean), "columns: the mean of \"", column.name, "\" must be finite: ", column.mean);
        const std::set<std::string> kinds(column.categories.begin(), column.categories.end());
        require(kinds.size() == column.categories.size(), "columns: the categories of \"", column.name,
                "\" must differ");
        require(kinds.empty() || kinds.contains(column.usual), "columns: the usual category of \"", column.name,
                "\" must be one of its categories: \"", column.usual, "\"");
    }
    require(columns.empty() || feature_count(columns) == inputs,
            "columns: features must be as many as inputs: ", feature_count(columns), " for ", inputs);
}

}  // namespace gradpath::models
