// Sizes for 28x28: conv1 26, conv2 24, pool1 12; 64 · 12 · 12 = 9216 numbers enter the dense layers.
#include <gradpath/models/image_nets.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/nn/activation.hpp>
#include <gradpath/nn/conv2d.hpp>
#include <gradpath/nn/rectified.hpp>

namespace gradpath::models {

namespace {

struct SmallCnnNet {
    nn::Conv2d conv1, conv2;
    nn::Linear dense1, dense2;

    Tensor operator()(const Tensor& x) const {
        Tensor y = nn::named("conv1", conv1, x);
        y = nn::named("relu1", nn::relu, y);
        y = nn::named("conv2", conv2, y);
        y = nn::pooled_relu("relu2", "pool1", nn::MaxPool2d(2), y);
        y = nn::rectified("dense1", dense1, "relu3", flatten(y));
        return nn::named("dense2", dense2, y);
    }
    static void visit(auto& self, auto&& f) {
        f("conv1", self.conv1);
        f("conv2", self.conv2);
        f("dense1", self.dense1);
        f("dense2", self.dense2);
    }
};

}  // namespace

nn::Layer small_cnn(const ImageOptions& options, const nn::Init& init) {
    require(options.size >= 6, "small-cnn: images must be at least 6x6 for its two convolutions and its pool: size is ",
            options.size);
    const Index side = (options.size - 4) / 2;
    nn::Init next = init;
    return SmallCnnNet{
        .conv1 = {options.channels, 32, {.kernel = 3, .init = take(next)}},
        .conv2 = {32, 64, {.kernel = 3, .init = take(next)}},
        .dense1 = {64 * side * side, 128, {.init = take(next)}},
        .dense2 = {128, options.classes, {.init = take(next)}},
    };
}

}  // namespace gradpath::models
