#pragma once
// The option --soften: softplus for relu and a soft maximum for pools, so that a network has second derivatives.
#include <optional>
#include <string>

#include <gradpath/tools/commands/arguments.hpp>
#include <gradpath/tools/commands/subject.hpp>

namespace gradpath::tools {

void add_soften(Arguments& arguments, std::optional<double>& sharpness);
/// Softens the subject where that was asked for. Throws UsageError that begins with `command` for a model that has nothing to soften.
void soften(const std::string& command, Subject& subject, const std::optional<double>& sharpness);

}  // namespace gradpath::tools
