#pragma once
#include <string>

#include <gradpath/models/model.hpp>
#include <gradpath/tools/experiments/experiment.hpp>

namespace gradpath::tools {

/// A new network trained on the data by Adam (rate 1e-3, 64 rows a step) from the study's seed. Tells its progress on
/// stderr. Throws Cancelled when the user interrupts.
models::Model trained(const ExperimentOptions& options, const models::DataSet& data, const std::string& architecture,
                      Index epochs);

}  // namespace gradpath::tools
