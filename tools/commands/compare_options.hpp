#pragma once
// What `gradpath compare` was told, and the contest that it means. All that does not fit is found before anything runs,
// and named in one message.
#include <atomic>

#include <gradpath/models/data/data_set.hpp>
#include <gradpath/tools/commands/comparison.hpp>
#include <gradpath/tools/commands/explain_settings.hpp>

namespace gradpath::tools {

struct CompareOptions {
    ExplainOptions asked = {.asker = "compare"};  ///< model, target, stage, baseline, region and what is common
    std::string data, split = "test", groups;
    std::optional<std::string> methods = {}, metrics = {};  ///< absent: the usual ones
    std::vector<std::string> set = {};                      ///< [METHOD.]OPTION=VALUE
    Index images = 100, budget = 50;
};
void declare(Arguments& arguments, CompareOptions& o);
/// Throws UsageError for a number that is too small.
void check_numbers(const CompareOptions& o);

/// The rows that are compared on, and how many there were.
struct FirstRows {
    models::DataSet data;
    Index read;
};
FirstRows first_rows(const CompareOptions& o, const Subject& subject);

/// Names of methods and measures, targets, baseline, region and options, checked. Measures that nobody named and that
/// do not suit are left out. Throws UsageError that names all that is wrong with methods, metrics and options.
Contest contest_for(const CompareOptions& o, const Subject& subject, const FirstRows& rows);

}  // namespace gradpath::tools
