// Sizes for 28x28: conv1 24, pool1 12, conv2 8, pool2 4; 10 · 4 · 4 = 160 numbers enter the dense layers. The start,
// Glorot-normal weights and biases of 1/numel, is the published experiment's.
#include <gradpath/models/image_nets.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/nn/conv2d.hpp>
#include <gradpath/nn/rectified.hpp>

namespace gradpath::models {

namespace {

struct LenetSmallNet {
    nn::Conv2d conv1, conv2;
    nn::Linear dense1, dense2;

    Tensor operator()(const Tensor& x) const {
        const nn::MaxPool2d pool(2);
        Tensor y = nn::named("conv1", conv1, x);
        y = nn::pooled_relu("relu1", "pool1", pool, y);
        y = nn::named("conv2", conv2, y);
        y = nn::pooled_relu("relu2", "pool2", pool, y);
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

nn::Layer lenet_small(const ImageOptions& options, const nn::Init& init) {
    require(options.size >= 16,
            "lenet-small: images must be at least 16x16 for its two convolutions and pools: size is ", options.size);
    const Index side = ((options.size - 4) / 2 - 4) / 2;
    nn::Init next = init;
    next.scheme = nn::Scheme::glorot_normal;
    LenetSmallNet net{
        .conv1 = {options.channels, 5, {.kernel = 5, .init = take(next)}},
        .conv2 = {5, 10, {.kernel = 5, .init = take(next)}},
        .dense1 = {10 * side * side, 64, {.init = take(next)}},
        .dense2 = {64, options.classes, {.init = take(next)}},
    };
    for (Tensor* bias : {&net.conv1.bias, &net.conv2.bias, &net.dense1.bias, &net.dense2.bias})
        *bias = full(bias->shape(), 1.0 / static_cast<double>(bias->size()), init.dtype);
    return net;
}

}  // namespace gradpath::models
