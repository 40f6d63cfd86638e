#include <gradpath/models/randomised.hpp>

#include <algorithm>

namespace gradpath::models {
namespace {

std::string layer_of(const std::string& parameter) {
    const auto dot = parameter.rfind('.');
    return dot == std::string::npos ? parameter : parameter.substr(0, dot);
}

/// In the order of the visit, which is the order from input to output.
std::vector<std::string> layers_of(const std::vector<nn::Parameter>& list) {
    std::vector<std::string> layers;
    for (const nn::Parameter& p : list)
        if (std::ranges::find(layers, layer_of(p.name)) == layers.end()) layers.push_back(layer_of(p.name));
    return layers;
}

}  // namespace

std::vector<Randomised> randomised_from_the_top(const Model& model, std::uint64_t seed) {
    const std::vector<nn::Parameter> learned = nn::tensors(model);
    if (learned.empty()) return {};
    const Model other =
        make(model.architecture, model.options, nn::Init{.seed = seed, .dtype = learned.front().value.dtype()});
    const std::vector<nn::Parameter> fresh = nn::tensors(other);
    std::vector<std::string> layers = layers_of(learned);
    std::ranges::reverse(layers);
    std::vector<Randomised> cascade;
    Model forgetting = model;
    for (const std::string& layer : layers) {
        auto next = fresh.begin();
        nn::each_tensor(forgetting, nn::TensorVisitor([&](const std::string& name, Tensor& value, nn::Role) {
                            if (layer_of(name) == layer) value = next->value;
                            ++next;
                        }));
        cascade.push_back({layer, forgetting});
    }
    return cascade;
}

}  // namespace gradpath::models
