#pragma once
// What `gradpath explain` was told, and what it means to a method of the registry; compare asks the same questions.
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
    std::string asker = "explain";  ///< the command, in messages
    std::string model, input, index, method, target = "predicted", stage, baseline = "zero", pool, locate;
    std::string command = {};  ///< as it was typed
    bool baseline_given = false, dry_run = false;
    std::optional<Index> samples = {};
    SoftenChoice soften = {};
    std::map<std::string, std::string> set = {};
    models::ReadTable table = {};
    NetworkEnds ends = {};
    Common common = {};
    const std::atomic<bool>* interrupted = nullptr;
};

/// Declares --target, --output and --baseline. `of_softmax` is what is explained of a network that ends in one, `more`
/// ends the help of --baseline.
void add_question(Arguments& arguments, ExplainOptions& o, const std::string& of_softmax, const std::string& more);
/// Of --target: a name of a class, numbers, a file, or the labels of the rows. Throws UsageError or IoError.
attribution::Target chosen_target(const ExplainOptions& o, const Rows& rows, const Subject& subject);
/// Of --baseline, which is read or learned where it is not a kind that needs no data. Throws UsageError or IoError.
attribution::Baseline chosen_baseline(const ExplainOptions& o, const Rows& rows, const Subject& subject);
/// Of settings for the rows x, those for the first.
attribution::Settings of_first_row(attribution::Settings settings, const Tensor& x);
/// How rows are read for an option such as "--pool".
ReadRows reading_of(const ExplainOptions& o, const std::string& option);

/// Reads the files that target, baseline and region name. Throws UsageError or IoError for what does not fit.
attribution::Settings settings_of(const ExplainOptions& o, const attribution::Method& method, const Rows& rows,
                                  const Subject& subject);

/// Where the region of --locate is in the input. Reads the file of a mask.
attribution::Region located_region(const ExplainOptions& o, const Rows& rows, const Subject& subject);

}  // namespace gradpath::tools
