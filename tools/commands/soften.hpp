#pragma once
// The options --soften and --keep-pools: softplus for relu and a soft maximum for pools, so that a network has second
// derivatives.
#include <optional>
#include <string>

#include <gradpath/tools/commands/arguments.hpp>
#include <gradpath/tools/commands/subject.hpp>

namespace gradpath::tools {

struct SoftenChoice {
    std::optional<double> sharpness = {};  ///< absent: the model as it is
    bool keep_pools = false;               ///< relu alone: slopes still jump where another pixel wins
};
void add_soften(Arguments& arguments, SoftenChoice& choice);
/// Softens the subject where that was asked for. Throws UsageError that begins with `command` for a model that has
/// nothing to soften.
void soften(const std::string& command, Subject& subject, const SoftenChoice& choice);

}  // namespace gradpath::tools
