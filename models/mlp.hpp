#pragma once
// Dense layers with an activation between them.
#include <string>
#include <vector>

#include <gradpath/nn/init.hpp>
#include <gradpath/nn/layer.hpp>

namespace gradpath::models {

struct Mlp {
    std::vector<Index> widths = {2, 64, 64, 2};  ///< inputs, hidden layers.., outputs
    /// relu leaky-relu elu selu silu gelu gelu-tanh softplus tanh sigmoid hardtanh
    std::string activation = "relu";
    static void visit(auto& self, auto&& f) {
        f("widths", self.widths);
        f("activation", self.activation);
    }
};

/// [rows, inputs] → [rows, outputs]; further axes of the input are flattened. Places: dense1, relu1, dense2, ..; the
/// activation's name stands for itself. He's weights for relu and leaky-relu, Glorot's for the others; biases 0.
/// Throws ValueError for fewer than two widths, a width below 1, or an unknown activation.
nn::Layer mlp(const Mlp& options = {}, const nn::Init& init = {});

}  // namespace gradpath::models
