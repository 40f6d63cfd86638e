#pragma once
// The ONNX project's own conformance cases (Debian: libonnx-testdata): each a small model with inputs and outputs.
#include <filesystem>
#include <string>
#include <vector>

namespace gradpath::models::onnx {

struct Case {
    enum class Verdict { passed, failed, out_of_scope } verdict;
    std::string suite;  ///< node, pytorch-converted, pytorch-operator, simple
    std::string name;
    std::string note;  ///< why it failed, or what is out of scope
};
inline constexpr const char* conformance_folder = "/usr/share/libonnx-testdata/data";

/// The folders of all cases, in order. Throws IoError where there are none.
std::vector<std::filesystem::path> conformance_cases(const std::filesystem::path& folder = conformance_folder);
/// Out of scope is an operator that is not in the table, and a type of tensor that is not supported. Reals agree to
/// 1e-3 relative or 1e-7 absolute, as the ONNX project's runner asks; all else is equal.
Case run_case(const std::filesystem::path& folder);

}  // namespace gradpath::models::onnx
