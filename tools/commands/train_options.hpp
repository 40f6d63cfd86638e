#pragma once
// The options of `train`: declared, checked, turned into nn::Fit, and told as settings that a resumed run must share.
#include <map>
#include <optional>
#include <string>

#include <gradpath/models/data/table.hpp>
#include <gradpath/models/settings.hpp>
#include <gradpath/nn/train.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/recipe.hpp>

namespace gradpath::tools {

struct TrainOptions {
    std::string model, data, optimizer = "adam";
    Index epochs = 5, batch = 64, patience = 0;
    double rate = 1e-3, momentum = 0, validation = 0, smoothing = 0;
    std::optional<double> weight_decay = {};  ///< absent: the optimizer's
    bool nesterov = false, resume = false, dry_run = false;
    nn::Schedule schedule = {};
    nn::Clip clip = {};
    nn::Averaging average = nn::NoAverage{};
    nn::Augment augment = {};
    ClassWeights class_weights = {};
    std::map<std::string, std::string> set = {};
    models::ReadTable table = {};
    Common common = {};
};

void declare(Arguments& arguments, TrainOptions& options);
/// Throws UsageError or ValueError for what makes no sense.
void check(const Arguments& arguments, const TrainOptions& options);

DType dtype_of(const TrainOptions& options);
/// What must be equal for a run to go on. Newer options are named only where they are given, so that a run from before
/// they were there goes on.
models::Settings settings_of(const TrainOptions& options);
/// How to train on the data, with neither validation nor progress yet.
nn::Fit fit_of(const TrainOptions& options, const models::DataSet& data);

}  // namespace gradpath::tools
