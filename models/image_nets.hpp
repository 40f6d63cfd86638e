#pragma once
// Networks on square images: [rows, channels, size, size] → logits [rows, classes].
#include <gradpath/nn/init.hpp>
#include <gradpath/nn/layer.hpp>

namespace gradpath::models {

struct ImageOptions {
    Index channels = 1;
    Index size = 28;  ///< height and width of the images
    Index classes = 10;
    static void visit(auto& self, auto&& f) {
        f("channels", self.channels);
        f("size", self.size);
        f("classes", self.classes);
    }
};

/// For networks of a stem and three stages, each half as wide and high as what comes before it and twice as deep.
struct StagedOptions {
    Index channels = 1;
    Index size = 28;
    Index classes = 10;
    Index width = 16;  ///< filters of the stem and the first stage
    Index blocks = 1;  ///< of each stage
    static void visit(auto& self, auto&& f) {
        f("channels", self.channels);
        f("size", self.size);
        f("classes", self.classes);
        f("width", self.width);
        f("blocks", self.blocks);
    }
};

/// LeNet-5 (LeCun et al. 1998) as it is taught today. conv1 6 of 5x5 padded by 2, relu1, pool1, conv2 16 of 5x5, relu2,
/// pool2, dense1 120, relu3, dense2 84, relu4, dense3. 61,706 parameters for 1x28x28 and ten classes. Throws ValueError
/// for images below 12x12.
nn::Layer lenet5(const ImageOptions& options = {}, const nn::Init& init = {});

/// The small LeNet whose inner neurons are explained and pruned in the literature on internal neurons. conv1 5 of 5x5,
/// relu1, pool1, conv2 10 of 5x5, relu2, pool2, dense1 64, relu3, dense2. Glorot-normal weights; every bias starts at
/// 1 / (number of biases of its layer). Throws ValueError for images below 16x16.
nn::Layer lenet_small(const ImageOptions& options = {}, const nn::Init& init = {});

/// The small network of countless MNIST examples. conv1 32 of 3x3, relu1, conv2 64 of 3x3, relu2, pool1, dense1 128,
/// relu3, dense2. 1,199,882 parameters for 1x28x28 and ten classes. Throws ValueError for images below 6x6.
nn::Layer small_cnn(const ImageOptions& options = {}, const nn::Init& init = {});

/// A residual network (He et al. 2016) with batch normalisation. stem (3x3 convolution, norm), relu; block1, block2,
/// ..: two such with a shortcut around both, and relu; the first of a stage has stride 2 and a projection as its
/// shortcut; pool (the mean of each channel), dense. 78,042 parameters for 1x28x28 and ten classes. Throws ValueError
/// for no blocks.
nn::Layer residual_cnn(const StagedOptions& options = {}, const nn::Init& init = {});

/// Depthwise-separable convolutions (Howard et al. 2017, MobileNet) in the same frame: a block is a 3x3 convolution of
/// each channel alone and a 1x1 convolution across channels, each with norm and relu. 4,570 parameters. Throws
/// ValueError for no blocks.
nn::Layer depthwise_cnn(const StagedOptions& options = {}, const nn::Init& init = {});

}  // namespace gradpath::models
