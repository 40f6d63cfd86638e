#include <gradpath/tools/commands/onnx.hpp>

namespace gradpath::tools {

std::optional<OnnxName> onnx_name(const std::string& name) {
    constexpr std::string_view ending = ".onnx";
    if (name.ends_with(ending)) return OnnxName{name, ""};
    const std::size_t found = name.find(".onnx:");
    if (found == name.npos) return std::nullopt;
    return OnnxName{name.substr(0, found + ending.size()), name.substr(found + ending.size() + 1)};
}

}  // namespace gradpath::tools
