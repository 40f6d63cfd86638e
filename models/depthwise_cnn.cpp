// A convolution over space and channels at once is taken apart: first each channel alone, then across channels at each
// place (Howard et al. 2017, section 3.1 and figure 3). For k x k kernels and n filters it costs 1/n + 1/k² as much.
#include <gradpath/models/staged.hpp>
#include <gradpath/nn/activation.hpp>

namespace gradpath::models {

namespace {

struct Block {
    ConvNorm depthwise, pointwise;

    Tensor operator()(const Tensor& x) const {
        Tensor y = nn::named("depthwise", depthwise, x);
        y = nn::named("relu", nn::relu, y);
        return nn::relu(nn::named("pointwise", pointwise, y));
    }
    static void visit(auto& self, auto&& f) {
        f("depthwise", self.depthwise);
        f("pointwise", self.pointwise);
    }
};

nn::Layer separable_block(const BlockShape& s, nn::Init& next) {
    const nn::Conv2dOptions each_channel{
        .kernel = 3, .stride = s.stride, .padding = 1, .groups = s.channels, .init = take(next)};
    return Block{.depthwise = {s.channels, s.channels, each_channel},
                 .pointwise = {s.channels, s.filters, {.kernel = 1, .init = take(next)}}};
}

}  // namespace

nn::Layer depthwise_cnn(const StagedOptions& options, const nn::Init& init) {
    return staged("depthwise-cnn", options, init, separable_block);
}

}  // namespace gradpath::models
