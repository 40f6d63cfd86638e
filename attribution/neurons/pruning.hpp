#pragma once
// Pruning studies: silence the units that a ranking names first, and see where the explanation goes
// (Lundstrom et al. 2022).
#include <span>
#include <string>
#include <vector>

#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/core/model.hpp>
#include <gradpath/attribution/neurons/layer.hpp>
#include <gradpath/attribution/neurons/region.hpp>

namespace gradpath::attribution {

/// The model with units of a layer (positions, row-major) at 0 in every row. Everything before the layer is as it was.
/// A scope of taps around it sees none of its layers. Throws ValueError for a unit that the layer does not have.
Model pruned(const Model& model, const LayerInfo& layer, std::span<const Index> units);

/// Every unit once, in the order in which it is to be silenced; scores as internal_neurons and conductance give them,
/// summed over their rows. Equal ones stand in the order of the layer, those that are not numbers last.
std::vector<Index> ranked_by_value(const Tensor& scores);
/// By inside / outside. Units that speak for the region alone (inside > 0 >= outside) come first and those with nothing
/// inside (inside <= 0) last, both by `inside`. Throws ShapeError unless both have one shape.
std::vector<Index> ranked_by_ratio(const Tensor& inside, const Tensor& outside);

/// Options of prune.
struct Pruning {
    Target target = Predicted{};  ///< predicted: by the whole model
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};  ///< probability is the published one
    std::string layer = {};  ///< a tap of the model
    Region region = region::Whole{};
    std::vector<Index> counts = {0};  ///< how many units of the order are silent, for each answer
    Quadrature quadrature = {.steps = 240};
    std::uint64_t seed = 0;  ///< of a random baseline
    Run run = {};
};

struct PrunedAnswer {
    Index silent;                         ///< units of the order
    Attribution ig;                       ///< Integrated Gradients of the pruned model; ig.f_input is its output
    std::vector<double> inside, outside;  ///< their sums over the region and over what is not in it, per row
};

/// Integrated Gradients of x after the first units of `order` are silenced, for each count. Target and region (where it
/// is the top of the map) are those of the whole model. Throws ValueError for a layer that is not there, an order with
/// a unit twice or more counts than it has, and as integrated_gradients does.
std::vector<PrunedAnswer> prune(const Model& model, const Tensor& x, std::span<const Index> order,
                                const Pruning& options);

}  // namespace gradpath::attribution
