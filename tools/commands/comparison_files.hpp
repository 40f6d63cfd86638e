#pragma once
// A comparison as text, CSV, JSON and a report. Each says how many of its methods are in it, for a run that is ended
// leaves what it had.
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <gradpath/models/data/data_set.hpp>
#include <gradpath/tools/commands/entrants.hpp>
#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools {

/// As it was asked; empty: it was not.
struct QuestionWords {
    std::string target = {}, output = {}, baseline = {}, groups = {}, region = {};
};

struct Comparison {
    const Contest& contest;
    const models::DataSet& data;  ///< the rows compared on, raw
    std::string data_name, data_hash, command;
    QuestionWords question = {};
    std::vector<Refusal> left_out = {};  ///< usual methods that do not suit
    std::vector<Contestant> contestants = {};
    std::vector<Refusal> failed = {};  ///< methods that began
    std::size_t planned = 0;           ///< methods and controls, when it is done
    double seconds = 0;

    bool complete() const { return contestants.size() + failed.size() == planned; }
    /// Those that were neither done nor failed.
    std::vector<std::string> missing_methods() const;
    /// Empty, or "incomplete: 1 of 3 methods were done; missing: idgi, random".
    std::string missing() const;
};

/// Runs and measures one more. What it throws makes it one that failed, but for Cancelled.
void add_answer(Comparison& comparison, const Entrant& entrant);
/// "target predicted, output logit, baseline zero": what was asked of every method; of a margin and of a single output
/// no target.
std::string question_text(const Comparison& comparison);
/// "129 !" where that is above the budget.
std::string cost_text(const Contest& contest, const Contestant& contestant);

const char* arrow(Better better);  ///< " ↑" where more is better, " ↓" where less is, else nothing
std::string comparison_text(const Comparison& comparison);
nlohmann::ordered_json comparison_json(const Comparison& comparison);
Report comparison_report(const Comparison& comparison);
/// compare.csv, compare.json and compare.html, each whole or as it was before.
void write_comparison(const std::filesystem::path& folder, const Comparison& comparison);

}  // namespace gradpath::tools
