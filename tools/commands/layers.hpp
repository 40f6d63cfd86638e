#pragma once
// One method on every layer of a model, in one pass where the method can.
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <gradpath/attribution/registry.hpp>
#include <gradpath/tools/commands/result.hpp>

namespace gradpath::tools {

/// An answer per layer, in the order in which the model visits them.
std::vector<Explained> explain_layers(const Explained& about, const attribution::Method& method,
                                      attribution::Settings settings);

/// Schema gradpath.layers/1: `layers` are documents of gradpath.result/1.
nlohmann::ordered_json layers_json(const std::vector<Explained>& all, const std::string& values_file);
std::string layers_text(const std::vector<Explained>& all);
/// attribution.npz (an array `values.LAYER` for each), heatmap.png (the first row) and, last, result.json.
void write_layers(const std::filesystem::path& folder, const std::vector<Explained>& all);

}  // namespace gradpath::tools
