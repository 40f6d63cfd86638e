#pragma once
// Experiments that `gradpath reproduce` runs: each measures, and fills in rows and a report; the command writes them.
#include <atomic>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools {

/// One number of an experiment, beside the paper's where there is one.
struct StudyRow {
    std::string method, figure;
    double value = 0;
    std::optional<double> low = {}, high = {}, paper = {};  ///< low and high: quartiles, or a confidence interval
    std::string note = {};
    std::optional<double> auc = {}, paper_auc = {};  ///< area under the figure's curve, where it has one; the paper's
};

/// What was explained or trained on: words, and the hash of the numbers.
struct StudyData {
    std::string words, hash;
};

struct Study {
    std::vector<StudyRow> rows;
    Report report;
    bool met = true;               ///< what it set out to show holds
    DType dtype = DType::float64;  ///< what it computed in
    std::vector<StudyData> data = {};
};

struct ExperimentOptions {
    const Common& common;
    bool quick;
    const std::atomic<bool>& interrupted;
    std::string model = {}, input = {};  ///< to measure on instead of networks of its own; empty: those
    bool full = false;                   ///< also what takes long
    /// Takes what is known so far, in case the rest is interrupted; `done` says how far it is: "3 of 20 images". A
    /// study that has parts calls it after each of them, never from two threads at once.
    std::function<void(const Study& so_far, const std::string& done)> keep = {};
};

struct Experiment {
    const char* name;
    const char* summary;
    Study (*run)(const ExperimentOptions&);
    bool takes_model = false;
};

Study study_axioms(const ExperimentOptions& options);            ///< the conformance matrix, with counter-examples
Study study_geodesics(const ExperimentOptions& options);         ///< do curves of least energy between images converge?
Study study_gridworld(const ExperimentOptions& options);         ///< shares of a world's things, against exact ones
Study study_half_moons(const ExperimentOptions& options);        ///< Geodesic IG beside others, ranked by purity
Study study_image_baselines(const ExperimentOptions& options);   ///< what baselines do to explanations of images
Study study_images(const ExperimentOptions& options);            ///< masking curves of Geodesic IG and others
Study study_internal_neurons(const ExperimentOptions& options);  ///< units pruned in the order of a ranking
Study study_masked_states(const ExperimentOptions& options);     ///< learned baselines against faithful ones
Study study_quadrature(const ExperimentOptions& options);        ///< error against steps, for every rule
Study study_randomisation(const ExperimentOptions& options);     ///< explanations of a network that forgets

/// To add one: a file here, a line above, and one in experiment.cpp.
std::span<const Experiment> experiments();

}  // namespace gradpath::tools
