#pragma once
// --baseline learned:DATA.
#include <gradpath/tools/commands/explain_settings.hpp>

namespace gradpath::tools {

/// Learns a baseline for what is explained from the first rows of DATA, which is read as --input is: of the true
/// classes where DATA has labels, else of the predicted ones. Shows progress.
Tensor learned_baseline(const ExplainOptions& o, const Subject& subject, const ReadRows& reading);

}  // namespace gradpath::tools
