// One line per check, aligned; the counts last, where the eye and a script look for them.
#include <gradpath/tools/commands/checks.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/tools/commands/format.hpp>

namespace gradpath::tools {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(Check::Verdict verdict) {
    constexpr std::array<const char*, 3> names{"passed", "failed", "out_of_scope"};
    return names[static_cast<std::size_t>(verdict)];
}

Index count(const std::vector<Check>& checks, Check::Verdict verdict) {
    return std::ranges::count(checks, verdict, &Check::verdict);
}

Json document(const std::vector<Check>& checks, const std::string& schema) {
    Json cases = Json::array();
    for (const Check& check : checks) {
        const bool measured = std::isfinite(check.figure);
        cases.push_back({{"suite", check.suite},
                         {"name", check.name},
                         {"verdict", name_of(check.verdict)},
                         {"figure", measured ? Json(check.figure) : Json(nullptr)},
                         {"tolerance", measured ? Json(check.tolerance) : Json(nullptr)},
                         {"note", check.note}});
    }
    return {{"schema", schema},
            {"passed", count(checks, Check::Verdict::passed)},
            {"failed", count(checks, Check::Verdict::failed)},
            {"out_of_scope", count(checks, Check::Verdict::out_of_scope)},
            {"cases", cases}};
}

std::string listing(const std::vector<Check>& checks) {
    constexpr std::array<const char*, 3> words{"ok", "FAILED", "-"};
    std::vector<std::vector<std::string>> lines;
    for (const Check& check : checks) {
        const bool measured = std::isfinite(check.figure);
        lines.push_back({words[static_cast<std::size_t>(check.verdict)], check.suite, check.name,
                         measured ? short_number(check.figure, 2) : "",
                         measured ? "within " + short_number(check.tolerance, 2) : "", check.note});
    }
    return table_text(lines, {0, 1, 2, 4, 5}) + text("\n", count(checks, Check::Verdict::passed), " passed, ",
                                                     count(checks, Check::Verdict::failed), " failed, ",
                                                     count(checks, Check::Verdict::out_of_scope), " out of scope\n");
}

}  // namespace

Tensor row_of(const std::vector<double>& values) {
    return {{1, static_cast<Index>(values.size())}, std::span<const double>(values)};
}

double distance(const Tensor& values, std::span<const double> known) {
    double worst = 0;
    for (std::size_t k = 0; k < known.size(); ++k)
        worst = std::max(worst, std::abs(values.at(static_cast<Index>(k)) - known[k]));
    return worst;
}

Check judged(std::string suite, std::string name, double figure, double tolerance, std::string note) {
    const bool within = figure <= tolerance;  // false for NaN
    return {std::move(suite), std::move(name), within ? Check::Verdict::passed : Check::Verdict::failed,
            figure,           tolerance,       std::move(note)};
}

Exit report(const std::vector<Check>& checks, const Common& common, const std::string& schema) {
    if (common.json) print_json(document(checks, schema));
    else print(listing(checks));
    if (!common.out.empty()) {
        make_folder(common.out);
        const std::filesystem::path file = common.out / "checks.json";
        writing([&] { io::write_file(file, json_text(document(checks, schema))); });
        say(common, "wrote " + file.string());
    }
    return count(checks, Check::Verdict::failed) == 0 ? Exit::fine : Exit::not_met;
}

}  // namespace gradpath::tools
