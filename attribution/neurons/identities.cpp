#include <gradpath/attribution/neurons/identities.hpp>

#include <cmath>

#include <gradpath/attribution/core/integrate.hpp>

namespace gradpath::attribution {
namespace {

/// One row's part of numbers [rows · units].
struct RowOf {
    std::size_t units, row;
    double operator()(const Numbers& numbers, std::size_t j) const { return numbers[row * units + j]; }
    double sum(const Numbers& numbers) const {
        double total = 0;
        for (std::size_t j = 0; j < units; ++j) total += (*this)(numbers, j);
        return total;
    }
};

}  // namespace

void NeuronAverages::add(const NeuronIntegrals& sums, const std::vector<double>& f_baseline) {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        layers_[i].values.add(sums.values[i]);
        if (sums.all.empty()) continue;
        layers_[i].all.add(sums.all[i]);
        layers_[i].apart.add(sums.apart[i]);
    }
    if (!sums.ig_region.empty()) ig_region_.add(sums.ig_region);
    for (std::size_t row = 0; row < f_baseline.size(); ++row) f_baseline_[row] += f_baseline[row];
    ++draws_;
}

std::vector<double> NeuronAverages::f_baseline() const {
    std::vector<double> mean = f_baseline_;
    for (double& f : mean) f /= draws_;
    return mean;
}

std::vector<Identity> NeuronAverages::identities(std::size_t layer, const std::vector<double>& f_input) const {
    if (ig_region_.count() == 0) return {};
    const LayerAverage& average = layers_[layer];
    const bool whole = average.all.count() == 0;
    const Numbers &values = average.values.mean(), &all = whole ? values : average.all.mean();
    Identity rows{"sum over neurons = integrated gradients of the region", {}},
        columns{"sum over inputs = conductance", {}}, total{"sum over both = F(x) - F(x')", {}};
    const std::vector<double> start = f_baseline();
    for (std::size_t row = 0; row < f_input.size(); ++row) {
        const RowOf of{values.size() / f_input.size(), row};
        double absolute = 0;
        for (std::size_t j = 0; j < of.units; ++j) absolute += std::abs(of(all, j));
        const double difference = f_input[row] - start[row], scale = error_scale(difference, absolute);
        rows.gap.push_back(std::abs(of.sum(values) - ig_region_.mean()[row]) / scale);
        columns.gap.push_back(whole ? 0 : average.apart.mean()[row] / scale);
        total.gap.push_back(std::abs(of.sum(all) - difference) / scale);
    }
    if (whole) return {{"sum over neurons = integrated gradients", std::move(rows.gap)}, std::move(total)};
    return {std::move(rows), std::move(columns), std::move(total)};
}

}  // namespace gradpath::attribution
