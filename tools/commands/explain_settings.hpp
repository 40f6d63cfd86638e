#pragma once
// What `gradpath explain` was told, and what it means to a method of the registry.
#include <atomic>
#include <map>
#include <optional>
#include <string>

#include <gradpath/attribution/registry.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/soften.hpp>
#include <gradpath/tools/commands/subject.hpp>

namespace gradpath::tools {

struct ExplainOptions {
    std::string model, input, index, method, target = "predicted", stage, baseline = "zero", pool, locate;
    bool baseline_given = false, dry_run = false;
    std::optional<Index> samples = {};
    SoftenChoice soften = {};
    std::map<std::string, std::string> set = {};
    models::ReadTable table = {};
    NetworkEnds ends = {};
    Common common = {};
    const std::atomic<bool>* interrupted = nullptr;
};

/// How rows are read for an option such as "--pool".
ReadRows reading_of(const ExplainOptions& o, const std::string& option);

/// Reads the files that target, baseline and region name. Throws UsageError or IoError for what does not fit.
attribution::Settings settings_of(const ExplainOptions& o, const attribution::Method& method, const Rows& rows,
                                  const Subject& subject);

/// Where the region of --locate is in the input. Reads the file of a mask.
attribution::Region located_region(const ExplainOptions& o, const Rows& rows, const Subject& subject);

}  // namespace gradpath::tools
