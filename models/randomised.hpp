#pragma once
// A model that forgets: what a sanity check of explanations needs (Adebayo et al. 2018, section 3.2).
#include <cstdint>
#include <string>
#include <vector>

#include <gradpath/models/model.hpp>

namespace gradpath::models {

/// The model in which `layer` and all layers nearer to the output are new.
struct Randomised {
    std::string layer;  ///< the name of its parameters, without the last part: "conv1", "block1.norm1"
    Model model;
};
/// From the layer nearest to the output to the one nearest to the input, each of them loses in turn what it learned:
/// it gets the first parameters and buffers of a model of the same architecture made by another seed. The last model
/// knows nothing.
std::vector<Randomised> randomised_from_the_top(const Model& model, std::uint64_t seed);

}  // namespace gradpath::models
