#pragma once
// What --dry-run of explain goes by: the first row, or for a path, which may be long, only a few steps along it.
#include <functional>
#include <string>

#include <gradpath/tools/commands/explain_settings.hpp>

namespace gradpath::tools {

struct RowCost {
    double forward = 0, backward = 0, seconds = 0, bytes = 0;
    std::string steps;                ///< which number of steps this is for, where nobody knows it yet
    attribution::Attribution sample;  ///< what ran
};
/// `run` is the method on the first row with these options.
RowCost row_cost(const ExplainOptions& o, const attribution::Method& method,
                 const std::function<attribution::Attribution(const ExplainOptions&)>& run);

}  // namespace gradpath::tools
