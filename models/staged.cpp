// For 28x28 the stem keeps 28, the stages leave 14, 7 and 4: the costly large maps are few.
#include <gradpath/models/staged.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/nn/activation.hpp>
#include <gradpath/nn/linear.hpp>

namespace gradpath::models {

namespace {

constexpr int stages = 3;

Tensor channel_means(const Tensor& x) { return mean(x, {.axes = {2, 3}}); }

struct StagedNet {
    ConvNorm stem;
    std::vector<nn::Layer> blocks;
    nn::Linear dense;

    Tensor operator()(const Tensor& x) const {
        Tensor y = nn::named("stem", stem, x);
        y = nn::named("relu", nn::relu, y);
        for (std::size_t i = 0; i < blocks.size(); ++i) y = nn::named(block_name(i), blocks[i], y);
        y = nn::named("pool", channel_means, y);
        return nn::named("dense", dense, y);
    }
    static std::string block_name(std::size_t i) { return "block" + std::to_string(i + 1); }
    static void visit(auto& self, auto&& f) {
        f("stem", self.stem);
        for (std::size_t i = 0; i < self.blocks.size(); ++i) f(block_name(i), self.blocks[i]);
        f("dense", self.dense);
    }
};

}  // namespace

ConvNorm::ConvNorm(Index channels, Index filters, nn::Conv2dOptions options)
    : conv((options.bias = false, nn::Conv2d(channels, filters, options))),
      norm(filters, {.dtype = options.init.dtype}) {}

Tensor ConvNorm::operator()(const Tensor& x) const { return nn::named("norm", norm, nn::named("conv", conv, x)); }

nn::Layer staged(const char* name, const StagedOptions& options, const nn::Init& init, MakeBlock block) {
    require(options.blocks >= 1, name, ": a stage must have at least one block: blocks is ", options.blocks);
    nn::Init next = init;
    StagedNet net{.stem = {options.channels, options.width, {.kernel = 3, .padding = 1, .init = take(next)}},
                  .blocks = {},
                  .dense = {options.width << (stages - 1), options.classes, {.init = take(next)}}};
    Index channels = options.width;
    for (int stage = 0; stage < stages; ++stage) {
        const Index filters = options.width << stage;
        for (Index i = 0; i < options.blocks; ++i) {
            net.blocks.push_back(block({channels, filters, i == 0 ? 2 : 1}, next));
            channels = filters;
        }
    }
    return net;
}

}  // namespace gradpath::models
