#pragma once
// A finished training run, opened again.
#include <filesystem>
#include <string>

#include <gradpath/models/data/data_set.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/nn/evaluate.hpp>
#include <gradpath/nn/train.hpp>
#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools {

struct FinishedRun {
    models::Model model;
    std::vector<nn::EpochResult> history;
    std::string data;       ///< name of the data set
    models::DataSet test;   ///< the rows it was not trained on
    nn::Evaluation result;  ///< on them
};
/// Reads the checkpoint in the folder and evaluates it. Throws IoError where there is none.
FinishedRun open_run(const std::filesystem::path& folder);

/// Accuracy, parameters, rows: the headline figures of a run.
Facts facts_of(const FinishedRun& run);
/// Loss and accuracy after each epoch.
Chart history_of(const FinishedRun& run);
/// The first test rows of a class that the model answers right.
std::vector<Index> right_rows(const FinishedRun& run, Index label, Index count);
/// Name of a class, or its number.
std::string class_of(const FinishedRun& run, Index label);

}  // namespace gradpath::tools
