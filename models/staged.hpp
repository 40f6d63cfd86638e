#pragma once
// The frame of the deeper image networks: a stem, three stages of blocks, the mean of each channel, a dense layer.
#include <gradpath/models/image_nets.hpp>
#include <gradpath/nn/batch_norm.hpp>
#include <gradpath/nn/conv2d.hpp>

namespace gradpath::models {

/// A convolution and the norm after it, which makes a bias superfluous.
struct ConvNorm {
    nn::Conv2d conv;
    nn::BatchNorm2d norm;

    /// The options' init draws the weight; their bias is not asked for.
    ConvNorm(Index channels, Index filters, nn::Conv2dOptions options);
    Tensor operator()(const Tensor& x) const;
    static void visit(auto& self, auto&& f) {
        f("conv", self.conv);
        f("norm", self.norm);
    }
};

/// A block [rows, channels, h, w] → [rows, filters, h / stride, w / stride], both rounded up.
struct BlockShape {
    Index channels, filters, stride;
};
using MakeBlock = nn::Layer (*)(const BlockShape& shape, nn::Init& next);

/// `name` stands in errors.
nn::Layer staged(const char* name, const StagedOptions& options, const nn::Init& init, MakeBlock block);

}  // namespace gradpath::models
