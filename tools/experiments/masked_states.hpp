#pragma once
// The parts of `reproduce masked-states`: each adds rows and a section to the study.
#include <gradpath/attribution/baselines/learn_baseline.hpp>
#include <gradpath/tools/experiments/experiment.hpp>

namespace gradpath::tools {

/// Learned baselines of functions whose faithful values are known: accuracy, patterns, and which loss is lower.
void masked_functions(const ExperimentOptions& o, Study& study);
/// Patterns of a network on a table under several baselines.
void masked_table(const ExperimentOptions& o, Study& study);
/// Clean images out of adversarial ones.
void masked_recovery(const ExperimentOptions& o, Study& study);

/// The patterns of a model at a row, averaged over some rows.
struct PatternCounts {
    double salient = 0;               ///< how many
    std::vector<double> shares = {};  ///< of the orders 1 .. n, R⁽ᵐ⁾
};
struct CountPatterns {
    attribution::Target target = attribution::Predicted{};
    attribution::OutputStage stage = {};
};
PatternCounts count_patterns(const attribution::Model& model, const Tensor& rows, const Tensor& baseline,
                             const CountPatterns& options = {});

/// Wilson's 95 % interval of a share, k of n.
struct Interval {
    double low, high;
};
Interval wilson(Index k, Index n);

}  // namespace gradpath::tools
