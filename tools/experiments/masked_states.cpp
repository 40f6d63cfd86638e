// Ren et al., "Can We Faithfully Represent Absence States to Compute Shapley Values on a DNN?", ICLR 2023. The paper's
// tables could not be read, so the columns of its figures are empty.
#include <gradpath/tools/experiments/masked_states.hpp>

#include <cmath>

#include <gradpath/attribution/coalition/game.hpp>
#include <gradpath/attribution/coalition/patterns.hpp>

namespace gradpath::tools {

PatternCounts count_patterns(const attribution::Model& model, const Tensor& rows, const Tensor& baseline,
                             const CountPatterns& o) {
    attribution::Game game("masked-states", model, rows, {.target = o.target, .baseline = baseline, .stage = o.stage});
    PatternCounts counts;
    for (Index row = 0; row < rows.rows(); ++row) {
        const attribution::Patterns patterns = attribution::patterns_of(game.table(row));
        counts.salient += static_cast<double>(patterns.salient.size());
        counts.shares.resize(patterns.shares.size(), 0);
        for (std::size_t m = 0; m < patterns.shares.size(); ++m) counts.shares[m] += patterns.shares[m];
    }
    const auto count = static_cast<double>(rows.rows());
    counts.salient /= count;
    for (double& share : counts.shares) share /= count;
    return counts;
}

Interval wilson(Index k, Index n) {
    const double z2 = 1.959963984540054 * 1.959963984540054, count = static_cast<double>(n);
    const double p = static_cast<double>(k) / count, centre = (p + z2 / (2 * count)) / (1 + z2 / count),
                 reach = std::sqrt(z2 * (p * (1 - p) / count + z2 / (4 * count * count))) / (1 + z2 / count);
    return {centre - reach, centre + reach};
}

Study study_masked_states(const ExperimentOptions& o) {
    Study study;
    study.report = {.title = "Which value says that a feature is absent?",
                    .subtitle =
                        "Baselines learned from data so that they create no patterns of their own (Ren et al., "
                        "ICLR 2023), measured where the faithful values are known.",
                    .sections = {},
                    .provenance = {}};
    masked_functions(o, study);
    masked_table(o, study);
    masked_recovery(o, study);
    return study;
}

}  // namespace gradpath::tools
