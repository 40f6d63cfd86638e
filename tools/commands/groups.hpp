#pragma once
// --groups and --unions of the command line: what a method takes as text may stand in a file.
#include <map>
#include <string>

namespace gradpath::tools {

/// Replaces FILE.npy, or FILE.npz with an array of the option's name (integers, the player of every feature), by the
/// list that it holds. `command` begins errors. Throws IoError where the file is bad.
void read_groups(const std::string& command, std::map<std::string, std::string>& options);

}  // namespace gradpath::tools
