#include <gradpath/models/onnx/class_names.hpp>

#include <algorithm>

#include <nlohmann/json.hpp>

namespace gradpath::models::onnx {
namespace {

using Json = nlohmann::json;
constexpr const char* key = "class_names";

}  // namespace

void write_class_names(const std::vector<std::string>& names, Metadata& metadata) {
    if (names.empty()) metadata.erase(key);
    else metadata[key] = Json(names).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::string> read_class_names(const Metadata& metadata, std::size_t classes) {
    const auto found = metadata.find(key);
    if (found == metadata.end()) return {};
    const Json list = Json::parse(found->second, nullptr, false);
    const auto is_text = [](const Json& item) { return item.is_string(); };
    if (!list.is_array() || list.size() != classes || !std::ranges::all_of(list, is_text)) return {};
    return list.get<std::vector<std::string>>();
}

}  // namespace gradpath::models::onnx
