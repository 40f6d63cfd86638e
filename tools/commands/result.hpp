#pragma once
// An explanation for the reader: as a JSON document, as text, as files.
#include <filesystem>
#include <map>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include <gradpath/attribution/core/model.hpp>
#include <gradpath/tools/commands/subject.hpp>

namespace gradpath::tools {

struct Explained {
    const Subject& subject;
    const Rows& rows;
    std::map<std::string, std::string> options;  ///< of the method, all of them
    attribution::Attribution attribution;
};

/// Schema gradpath.result/1. `values_file` is named in it; empty: the values were not written.
nlohmann::ordered_json result_json(const Explained& e, const std::string& values_file);
std::string result_text(const Explained& e);
/// attribution.npz, heatmap.png (for images) and, last, result.json. Throws IoError.
void write_result(const std::filesystem::path& folder, const Explained& e);
/// The values, one per feature: of pairs of features, the sums over the second.
Tensor feature_values(const Explained& e);
/// Does a row of this shape show as a picture?
bool is_image(const Shape& row);

}  // namespace gradpath::tools
