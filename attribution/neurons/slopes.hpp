#pragma once
// A layer and what the explained number answers to each of its units: what layer methods and layer maps are made of.
#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/neurons/layer.hpp>

namespace gradpath::attribution {

/// Both [rows · units].
struct LayerSlopes {
    Numbers activations, slopes;
};
/// At the evaluator's input, for one target.
LayerSlopes layer_slopes(Evaluator& evaluator, const LayerInfo& layer);

}  // namespace gradpath::attribution
