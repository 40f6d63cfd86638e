#pragma once
// One method under every baseline: what depends on the choice of what stands for no information.
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/tools/commands/result.hpp>

namespace gradpath::tools {

/// The same input explained under several baselines; they agree in everything else.
struct UnderBaselines {
    const Subject& subject;
    const Rows& rows;
    std::vector<std::string> names;  ///< of the baselines, as --baseline takes them
    std::vector<attribution::Attribution> answers;
};

/// The kinds of baseline that need no file, as --baseline takes them.
const std::vector<std::string>& all_baselines();
/// The kinds that are not among them, and why.
const std::string& baselines_left_out();
/// `run` explains under one baseline.
UnderBaselines explain_under_all(const Subject& subject, const Rows& rows,
                                 const std::function<attribution::Attribution(const std::string& baseline)>& run);

/// Schema gradpath.baselines/1.
nlohmann::ordered_json baselines_json(const UnderBaselines& all);
std::string baselines_text(const UnderBaselines& all);
/// attribution.npz (values [baselines, ..]), heatmap.png (for images: the first row, a map per baseline) and, last,
/// baselines.json. Throws IoError.
void write_baselines(const std::filesystem::path& folder, const UnderBaselines& all);

}  // namespace gradpath::tools
