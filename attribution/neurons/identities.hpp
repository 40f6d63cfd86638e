#pragma once
// What the joint attribution of inputs and neurons must add up to (Lundstrom et al. 2022, section 6): over the neurons
// of a layer to Integrated Gradients, over the inputs to conductance, over both to F(x) - F(x').
#include <vector>

#include <gradpath/attribution/core/average.hpp>
#include <gradpath/attribution/neurons/joint.hpp>

namespace gradpath::attribution {

/// One layer's integrals, averaged over the draws of the baseline.
struct LayerAverage {
    Average values, all, apart;
};

/// The mean over the draws of the baseline of all that integrate_neurons gives.
class NeuronAverages {
public:
    NeuronAverages(std::size_t layers, std::size_t rows) : layers_(layers), f_baseline_(rows) {}
    void add(const NeuronIntegrals& sums, const std::vector<double>& f_baseline);

    const LayerAverage& layer(std::size_t i) const { return layers_[i]; }
    std::vector<double> f_baseline() const;
    /// Relative gaps, each divided by max(|dF|, Σ|all|, 1e-12). Those that hold only where the layer cuts every way
    /// from input to output say so by their gap. That of the sum over inputs is NeuronIntegrals::apart.
    std::vector<Identity> identities(std::size_t layer, const std::vector<double>& f_input) const;

private:
    std::vector<LayerAverage> layers_;
    Average ig_region_;
    std::vector<double> f_baseline_;  // summed
    double draws_ = 0;
};

}  // namespace gradpath::attribution
