#pragma once
// --dry-run: what a command would do and about what it would cost, found out on the first row where a row can tell.
#include <string>
#include <utility>
#include <vector>

#include <gradpath/tools/commands/common.hpp>

namespace gradpath::tools {

struct DryRun {
    std::vector<std::pair<std::string, std::string>> what;  ///< name and value: method, model, ..
    double forward = 0, backward = 0;                       ///< rows through the model, in all
    double seconds = 0;                                     ///< in all; 0: not known
    std::size_t bytes = 0;                                  ///< of tensors at once; 0: not known
    std::vector<std::string> files = {};                    ///< names in --out
};
/// Declares --dry-run.
void add_dry_run(Arguments& arguments, bool& field);
/// As text, or with --json as a document of the schema gradpath.dry-run/1.
void tell(const Common& common, const DryRun& run);

}  // namespace gradpath::tools
