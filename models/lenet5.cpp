// Sizes for 28x28: conv1 keeps 28, pool1 14, conv2 10, pool2 5; 16 · 5 · 5 = 400 numbers enter the dense layers.
#include <gradpath/models/image_nets.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/nn/conv2d.hpp>
#include <gradpath/nn/rectified.hpp>

namespace gradpath::models {

namespace {

struct Lenet5Net {
    nn::Conv2d conv1, conv2;
    nn::Linear dense1, dense2, dense3;

    Tensor operator()(const Tensor& x) const {
        const nn::MaxPool2d pool(2);
        Tensor y = nn::named("conv1", conv1, x);
        y = nn::pooled_relu("relu1", "pool1", pool, y);
        y = nn::named("conv2", conv2, y);
        y = nn::pooled_relu("relu2", "pool2", pool, y);
        y = nn::rectified("dense1", dense1, "relu3", flatten(y));
        y = nn::rectified("dense2", dense2, "relu4", y);
        return nn::named("dense3", dense3, y);
    }
    static void visit(auto& self, auto&& f) {
        f("conv1", self.conv1);
        f("conv2", self.conv2);
        f("dense1", self.dense1);
        f("dense2", self.dense2);
        f("dense3", self.dense3);
    }
};

}  // namespace

nn::Layer lenet5(const ImageOptions& options, const nn::Init& init) {
    require(options.size >= 12, "lenet5: images must be at least 12x12 for its two convolutions and pools: size is ",
            options.size);
    const Index side = (options.size / 2 - 4) / 2;
    nn::Init next = init;
    return Lenet5Net{
        .conv1 = {options.channels, 6, {.kernel = 5, .padding = 2, .init = take(next)}},
        .conv2 = {6, 16, {.kernel = 5, .init = take(next)}},
        .dense1 = {16 * side * side, 120, {.init = take(next)}},
        .dense2 = {120, 84, {.init = take(next)}},
        .dense3 = {84, options.classes, {.init = take(next)}},
    };
}

}  // namespace gradpath::models
