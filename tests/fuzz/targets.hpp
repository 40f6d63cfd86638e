#pragma once
// Every reader of files and texts, as a function of bytes: what the fuzzer throws things at, and what the unit tests
// replay its corpus through.
#include <string>
#include <string_view>
#include <vector>

namespace gradpath::tests {

std::vector<std::string> fuzz_targets();
/// Reads the bytes as that kind of file. An error of the library's own is an answer; whatever else is thrown escapes.
/// Throws ValueError for a name that is none.
void run_fuzz_target(const std::string& name, std::string_view bytes);

}  // namespace gradpath::tests
