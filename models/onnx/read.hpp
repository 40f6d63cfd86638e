#pragma once
// Bytes to a Graph. Files are hostile until proven good: every length is checked against what is there.
#include <filesystem>
#include <string>
#include <string_view>

#include <gradpath/models/onnx/graph.hpp>

namespace gradpath::models::onnx {

/// Throws IoError for what is no ONNX model, or not a well-formed one.
Graph read_graph(const std::filesystem::path& path);
/// External data are looked for in `folder` and nowhere else; an empty one allows none. `name` is for messages.
Graph parse_graph(std::string_view bytes, const std::string& name, const std::filesystem::path& folder = {});
/// One tensor as the conformance cases keep it. Throws IoError, Unsupported for its type.
Value read_tensor(const std::filesystem::path& path);

/// Well-formed, but made of what this importer does not know.
class Unsupported : public IoError {
    using IoError::IoError;
};

}  // namespace gradpath::models::onnx
