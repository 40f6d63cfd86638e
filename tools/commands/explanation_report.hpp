#pragma once
// The page that explain leaves: why the model answers as it does, read alone.
#include <span>

#include <gradpath/tools/commands/result.hpp>

namespace gradpath::tools {

/// The first answers, each with its facts, pictures or bars, and how it adds up; then how they were made. Of several
/// explanations (a layer each) the first answer of each, with a note if there are more. Throws ValueError for none.
Report explanation_report(std::span<const Explained> all);

}  // namespace gradpath::tools
