#pragma once
// LeNet-5 (LeCun et al. 1998) as it is taught today: relu and max pooling.
#include <gradpath/nn/init.hpp>
#include <gradpath/nn/layer.hpp>

namespace gradpath::models {

struct Lenet5 {
    Index channels = 1;
    Index size = 28;  ///< height and width of the images
    Index classes = 10;
    static void visit(auto& self, auto&& f) {
        f("channels", self.channels);
        f("size", self.size);
        f("classes", self.classes);
    }
};

/// [rows, channels, size, size] → logits [rows, classes]. conv1 6 of 5x5 padded by 2, relu1, pool1, conv2 16 of 5x5,
/// relu2, pool2, dense1 120, relu3, dense2 84, relu4, dense3. 61,706 parameters for 1x28x28 and ten classes.
/// Throws ValueError for images below 12x12.
nn::Layer lenet5(const Lenet5& options = {}, const nn::Init& init = {});

}  // namespace gradpath::models
