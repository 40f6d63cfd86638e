#pragma once
// Two convolutions and two dense layers: the small network of countless MNIST examples.
#include <gradpath/nn/init.hpp>
#include <gradpath/nn/layer.hpp>

namespace gradpath::models {

struct SmallCnn {
    Index channels = 1;
    Index size = 28;  ///< height and width of the images
    Index classes = 10;
    static void visit(auto& self, auto&& f) {
        f("channels", self.channels);
        f("size", self.size);
        f("classes", self.classes);
    }
};

/// [rows, channels, size, size] → logits [rows, classes]. conv1 32 of 3x3, relu1, conv2 64 of 3x3, relu2, pool1, dense1
/// 128, relu3, dense2. 1,199,882 parameters for 1x28x28 and ten classes. Throws ValueError for images below 6x6.
nn::Layer small_cnn(const SmallCnn& options = {}, const nn::Init& init = {});

}  // namespace gradpath::models
