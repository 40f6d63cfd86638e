#pragma once
// A study for the reader: as a JSON document, as a table, as files.
#include <string>

#include <nlohmann/json_fwd.hpp>

#include <gradpath/tools/experiments/experiment.hpp>

namespace gradpath::tools {

/// How a study was run, and how far it came.
struct StudyRun {
    const Experiment& experiment;
    const Common& common;
    std::string command;
    bool quick = false, full = false;
    double seconds = 0;
    std::string done = {};  ///< empty: all of it; else such as "3 of 20 images"

    bool complete() const { return done.empty(); }
    /// "incomplete: 3 of 20 images were done"
    std::string missing() const { return "incomplete: " + done + " were done"; }
};

/// Schema gradpath.reproduce/1.
nlohmann::ordered_json study_json(const StudyRun& run, const Study& study);
std::string study_text(const StudyRun& run, const Study& study);
/// Is there a study in the folder of --out that came to its end?
bool holds_whole(const StudyRun& run);
/// NAME.csv, NAME.html and, last, NAME.json, each whole or not there, in the folder of --out. Throws WriteError.
void write_study(const StudyRun& run, Study study);

}  // namespace gradpath::tools
