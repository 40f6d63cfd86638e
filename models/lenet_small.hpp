#pragma once
// The small LeNet whose inner neurons are explained and pruned in the literature on internal neurons.
#include <gradpath/nn/init.hpp>
#include <gradpath/nn/layer.hpp>

namespace gradpath::models {

struct LenetSmall {
    Index channels = 1;
    Index size = 28;  ///< height and width of the images
    Index classes = 10;
    static void visit(auto& self, auto&& f) {
        f("channels", self.channels);
        f("size", self.size);
        f("classes", self.classes);
    }
};

/// [rows, channels, size, size] → logits [rows, classes]. conv1 5 of 5x5, relu1, pool1, conv2 10 of 5x5, relu2, pool2,
/// dense1 64, relu3, dense2. Glorot-normal weights; every bias starts at 1 / (number of biases of its layer).
/// Throws ValueError for images below 16x16.
nn::Layer lenet_small(const LenetSmall& options = {}, const nn::Init& init = {});

}  // namespace gradpath::models
