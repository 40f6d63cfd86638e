#pragma once
// "model" of every document: which function was looked at.
#include <nlohmann/json_fwd.hpp>

#include <gradpath/tools/commands/subject.hpp>

namespace gradpath::tools {

/// The file and the hash of the function; where they were given, what was put before and behind the network: scale mean
/// std channels fit output_tensor.
nlohmann::ordered_json subject_json(const Subject& subject);

}  // namespace gradpath::tools
