// A block is relu(body(x) + shortcut(x)) (He et al. 2016, figure 2 and option B for the projections).
#include <gradpath/models/staged.hpp>
#include <gradpath/nn/activation.hpp>
#include <gradpath/nn/residual.hpp>

namespace gradpath::models {

namespace {

struct Body {
    ConvNorm conv1, conv2;

    Tensor operator()(const Tensor& x) const {
        Tensor y = nn::named("conv1", conv1, x);
        y = nn::named("relu", nn::relu, y);
        return nn::named("conv2", conv2, y);
    }
    static void visit(auto& self, auto&& f) {
        f("conv1", self.conv1);
        f("conv2", self.conv2);
    }
};

struct Block {
    nn::Residual sum;

    Tensor operator()(const Tensor& x) const { return nn::relu(sum(x)); }
    static void visit(auto& self, auto&& f) { nn::Residual::visit(self.sum, f); }
};

nn::Layer residual_block(const BlockShape& s, nn::Init& next) {
    Body body{.conv1 = {s.channels, s.filters, {.kernel = 3, .stride = s.stride, .padding = 1, .init = take(next)}},
              .conv2 = {s.filters, s.filters, {.kernel = 3, .padding = 1, .init = take(next)}}};
    std::optional<nn::Layer> shortcut;
    if (s.stride != 1 || s.channels != s.filters)
        shortcut = ConvNorm(s.channels, s.filters, {.kernel = 1, .stride = s.stride, .init = take(next)});
    return Block{nn::Residual(std::move(body), std::move(shortcut))};
}

}  // namespace

nn::Layer residual_cnn(const StagedOptions& options, const nn::Init& init) {
    return staged("residual-cnn", options, init, residual_block);
}

}  // namespace gradpath::models
