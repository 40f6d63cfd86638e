#pragma once
// A comparison as text, CSV, JSON and a report. Each says how many of its methods are in it, for a run that is ended
// leaves what it had.
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <gradpath/models/data/data_set.hpp>
#include <gradpath/tools/commands/comparison.hpp>
#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools {

struct Comparison {
    const Contest& contest;
    const models::DataSet& data;  ///< the rows compared on, raw
    std::string data_name, command;
    std::vector<Contestant> contestants = {};
    std::size_t planned = 0;  ///< methods and controls, when it is done
    double seconds = 0;

    bool complete() const { return contestants.size() == planned; }
    /// Empty, or "incomplete: 3 of 15 methods were done".
    std::string missing() const;
};

const char* arrow(Better better);  ///< " ↑" where more is better, " ↓" where less is, else nothing
std::string comparison_text(const Comparison& comparison);
nlohmann::ordered_json comparison_json(const Comparison& comparison);
Report comparison_report(const Comparison& comparison);
/// compare.csv, compare.json and compare.html, each whole or as it was before.
void write_comparison(const std::filesystem::path& folder, const Comparison& comparison);

}  // namespace gradpath::tools
