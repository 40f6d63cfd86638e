#pragma once
// A network that learns to give its input back through a narrow code.
#include <string>
#include <vector>

#include <gradpath/nn/init.hpp>
#include <gradpath/nn/layer.hpp>

namespace gradpath::models {

struct Autoencoder {
    std::vector<Index> widths = {784, 128, 32};  ///< inputs, hidden layers.., code; the decoder mirrors them
    std::string activation = "relu";             ///< as of mlp, between layers; the code and the output have none
    static void visit(auto& self, auto&& f) {
        f("widths", self.widths);
        f("activation", self.activation);
    }
};

/// [rows, inputs] → [rows, inputs]; further axes of the input are flattened. Places: encoder (the code) and decoder,
/// each an mlp (mlp.hpp). Throws ValueError as mlp() does.
nn::Layer autoencoder(const Autoencoder& options = {}, const nn::Init& init = {});

}  // namespace gradpath::models
