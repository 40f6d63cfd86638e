#pragma once
// The integral under all methods on inner neurons: the joint attribution of inputs and neurons, summed over the inputs
// of a region, J_j(S) = ∫ dG/dy_j(H(γ(t))) · Σ_{i in S} dH_j/dx_i(γ(t)) D_i dt (Dhamdhere et al. 2019; Lundstrom et al.
// 2022). The inner sum is one forward derivative, so no Jacobian is made, and all layers share all sweeps.
#include <string>
#include <vector>

#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/neurons/layer.hpp>
#include <gradpath/attribution/neurons/path_nodes.hpp>

namespace gradpath::attribution {

/// What is integrated at a neuron.
enum class NeuronIntegrand : std::uint8_t {
    joint,     ///< slope of the output in the neuron, times the neuron's change along the path within the region
    influence  ///< the slope alone: internal influence
};

struct JointPath {
    Tensor from;    ///< like the input
    Tensor region;  ///< 0 and 1, like the input
    const PathNodes& nodes;
    NeuronIntegrand integrand = NeuronIntegrand::joint;
    bool whole = true;  ///< is the region the whole input?
};

/// Integrals on the straight line from `from` to the evaluator's input, for one target; per layer [rows · units].
struct NeuronIntegrals {
    std::vector<Numbers> values;  ///< of the region, or the influence
    std::vector<Numbers> all;  ///< of all inputs by a forward derivative of their own; none where they are the region
    /// How far the region's share, that of the rest and that of all inputs, each by its own forward derivative, are
    /// from adding up: the largest of a row's units, at the first of every 32 points. None for the whole input.
    std::vector<std::vector<double>> apart;
    std::vector<double> ig_region;  ///< Integrated Gradients at the same points, summed over the region, per row
};
/// Layers must be named in the order in which the model visits them.
NeuronIntegrals integrate_neurons(Evaluator& evaluator, const std::vector<LayerInfo>& layers, const JointPath& path);

}  // namespace gradpath::attribution
