#include <gradpath/tools/commands/dry_run.hpp>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/progress.hpp>

namespace gradpath::tools {
namespace {

std::vector<std::string> paths_of(const Common& common, const DryRun& run) {
    std::vector<std::string> paths;
    for (const std::string& file : run.files)
        if (!common.out.empty()) paths.push_back((common.out / file).string());
    return paths;
}

void print_document(const Common& common, const DryRun& run) {
    nlohmann::ordered_json document{{"schema", "gradpath.dry-run/1"}};
    for (const auto& [name, value] : run.what) document[name] = value;
    document["evaluations"] = {{"forward", run.forward}, {"backward", run.backward}};
    document["seconds"] = run.seconds > 0 ? nlohmann::ordered_json(run.seconds) : nlohmann::ordered_json();
    document["bytes"] = run.bytes > 0 ? nlohmann::ordered_json(run.bytes) : nlohmann::ordered_json();
    document["files"] = paths_of(common, run);
    print_json(document);
}

}  // namespace

void add_dry_run(Arguments& arguments, bool& field) {
    arguments.flag("--dry-run", field, "say what would run, what it costs and which files it leaves; run nothing more");
}

void tell(const Common& common, const DryRun& run) {
    if (common.json) return print_document(common, run);
    std::vector<std::vector<std::string>> lines;
    for (const auto& [name, value] : run.what) lines.push_back({name, value});
    lines.push_back({"rows through it", text("about ", short_number(run.forward, 3), " forward and ",
                                             short_number(run.backward, 3), " back")});
    if (run.seconds > 0) lines.push_back({"time", "about " + duration_text(run.seconds)});
    if (run.bytes > 0) lines.push_back({"memory", "about " + bytes_text(run.bytes)});
    for (const std::string& path : paths_of(common, run)) lines.push_back({"file", path});
    if (common.out.empty()) lines.push_back({"file", "none without --out"});
    print(table_text(lines, {0, 1}));
}

}  // namespace gradpath::tools
