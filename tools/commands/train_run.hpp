#pragma once
// A training run in its folder: where its files are, how it begins or goes on, and the loop that keeps it safe.
#include <atomic>
#include <filesystem>

#include <gradpath/models/saved.hpp>
#include <gradpath/tools/commands/train_options.hpp>

namespace gradpath::tools {

struct Run {
    const TrainOptions& options;
    nn::Examples examples;      ///< to train on
    nn::Fit fit;                ///< with its loss and validation examples
    models::Settings settings;  ///< what must be equal to go on
    std::filesystem::path checkpoint, model, history;
};
/// Throws UsageError for options of classifiers where the model is none, and for settings that are not UTF-8.
Run plan(const TrainOptions& options, const models::Model& model, const models::DataSet& data,
         const models::DataSet& validation);

/// The state to go on from: that of the checkpoint with --resume, which also gives the model; else a fresh one, and the
/// folder is made. Throws UsageError for a checkpoint of other settings.
nn::TrainState begin(const Run& run, models::Model& model);
/// Trains to the end or to the interrupt, keeping the checkpoint fresh and telling how far it is. An old run in the
/// folder gives way after the first step.
nn::TrainState train_on(const Run& run, models::Model& model, nn::TrainState state,
                        const std::atomic<bool>& interrupted);
/// The epoch whose results stand for the run, counted from 0: with patience the best, else the last.
Index told_epoch(const Run& run, const nn::TrainState& state);
/// loss 0.1234  accuracy 97.00 %, and the same of the validation rows where there are any.
std::string result_text(const nn::EpochResult& result);
/// One line per epoch.
void write_history(const Run& run, const std::vector<nn::EpochResult>& history);

}  // namespace gradpath::tools
