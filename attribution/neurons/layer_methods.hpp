#pragma once
// Methods that need no path through the model's inside: they cut it at a layer and explain one of the halves.
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of layer_activation and gradient_x_activation.
struct AtLayer {
    Target target = Predicted{};
    OutputStage stage = {};
    std::string layer = {};  ///< a tap of the model
    Run run = {};

    static void visit(auto& self, auto&& f) { f("layer", self.layer, "a tap of the model"); }
};
/// The layer itself, [rows, layer shape].
Attribution layer_activation(const Model& model, const Tensor& x, const AtLayer& options);
/// Activation times the slope of the explained number in it, [rows, layer shape], in output units.
Attribution gradient_x_activation(const Model& model, const Tensor& x, const AtLayer& options);

/// Options of layer_ig.
struct LayerIg {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    std::string layer = {};
    Quadrature quadrature = {};
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("layer", self.layer, "a tap of the model");
        Quadrature::visit(self.quadrature, f);
        f("seed", self.seed, "of a random baseline");
    }
};
/// Integrated Gradients of the upper half of the model on the straight line in the layer's own space, from the layer at
/// the baseline to the layer at the input: values [rows, layer shape]. Around the layer, x stays as it is.
Attribution layer_ig(const Model& model, const Tensor& x, const LayerIg& options);

/// Options of neuron_gradient: one neuron is what is explained, so there is no target.
struct NeuronGradient {
    std::string layer = {};  ///< a tap of the model
    Index neuron = 0;        ///< position in the layer, row-major
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("layer", self.layer, "a tap of the model");
        f("neuron", self.neuron, "position in the layer, row-major");
    }
};
/// The slope of one neuron in each input, like x.
Attribution neuron_gradient(const Model& model, const Tensor& x, const NeuronGradient& options);

/// Options of neuron_ig.
struct NeuronIg {
    Baseline baseline = baseline::Zero{};
    std::string layer = {};  ///< a tap of the model
    Index neuron = 0;        ///< position in the layer, row-major
    Quadrature quadrature = {};
    std::uint64_t seed = 0;  ///< of a random baseline
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("layer", self.layer, "a tap of the model");
        f("neuron", self.neuron, "position in the layer, row-major");
        Quadrature::visit(self.quadrature, f);
        f("seed", self.seed, "of a random baseline");
    }
};
/// Integrated Gradients of one neuron, like x: the values sum to its change from baseline to input.
Attribution neuron_ig(const Model& model, const Tensor& x, const NeuronIg& options);

}  // namespace gradpath::attribution
