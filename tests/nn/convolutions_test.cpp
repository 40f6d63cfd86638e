// The layers around conv2d: along a signal, backwards, and those that change a picture's size.
#include <doctest/doctest.h>

#include <cmath>

#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/nn/nn.hpp>

#include "support/close.hpp"
#include "support/refused.hpp"

using namespace gradpath;
using namespace gradpath::tests;

namespace {

const nn::Init f64{.seed = 3, .dtype = DType::float64};

Tensor draw(const Shape& shape, std::uint64_t seed) {
    return random::normal(shape, {.seed = seed, .dtype = DType::float64});
}

/// Differences of two orders for the input, the weight and the bias of a layer.
template <class L>
void check_layer(const L& layer, const Tensor& x) {
    const auto f = [&](const std::vector<Tensor>& in) {
        L other = layer;
        other.weight = in[1], other.bias = in[2];
        return sum(square(other(in[0])));
    };
    check_grads(f, {x, layer.weight, layer.bias});
}

}  // namespace

TEST_CASE("conv1d of ones over ones counts the steps under the kernel plus the bias") {
    nn::Conv1d conv(2, 1, {.padding = 1});
    conv.weight = ones({1, 2, 3});
    conv.bias = Tensor({1}, {0.5});
    CHECK(same_bits(conv(ones({1, 2, 4})), Tensor({1, 1, 4}, {4.5, 6.5, 6.5, 4.5})));
    CHECK(nn::count(nn::Conv1d(4, 6, {.kernel = 5, .groups = 2})) == 6 * 2 * 5 + 6);
    CHECK(nn::count(nn::Conv1d(4, 6, {.bias = false})) == 6 * 4 * 3);
}

TEST_CASE("a transposed convolution brings back the size that a strided one took") {
    const nn::Conv2d down(1, 4, {.stride = 2, .padding = 1});
    const nn::ConvTranspose2d up(4, 1, {.stride = 2, .padding = 1, .output_padding = 1});
    const Tensor x = zeros({2, 1, 28, 14});
    CHECK(up(down(x)).shape() == x.shape());
    CHECK(up.weight.shape() == Shape{4, 1, 3, 3});
}

TEST_CASE("a transposed convolution of one pixel is its kernel plus the bias of each filter") {
    nn::ConvTranspose2d up(1, 2, {.kernel = {1, 2}});
    up.weight = Tensor({1, 2, 1, 2}, {1, 2, 3, 4});
    up.bias = Tensor({2}, {10, 20});
    CHECK(same_bits(up(full({1, 1, 1, 1}, 2)), Tensor({1, 2, 1, 2}, {12, 14, 26, 28})));
}

TEST_CASE("a transposed convolution keeps the variance of what enters, in every group") {
    const nn::Init glorot{.seed = 1, .scheme = nn::Scheme::glorot_normal};
    const nn::ConvTranspose2d up(16, 64, {.kernel = 5, .padding = 2, .groups = 2, .init = glorot});
    CHECK(up.weight.shape() == Shape{16, 32, 5, 5});
    // 2 / (inputs + outputs), with 8 · 25 numbers into a unit and 64 · 25 out of it as the scheme counts them
    CHECK(close(mean(square(up.weight)).item(), 2.0 / (8 * 25 + 64 * 25), 0.05));
    const nn::ConvTranspose2d one(3, 2, {.init = f64});
    CHECK(same_bits(one.weight, permute(nn::initial({2, 3, 3, 3}, f64), {1, 0, 2, 3})));
}

TEST_CASE("pools and upsampling as layers do what their ops do") {
    const Tensor x = reshape(arange(8), {1, 2, 2, 2});
    CHECK(same_bits(nn::GlobalAvgPool2d()(x), Tensor({1, 2}, {1.5, 5.5})));
    CHECK(same_bits(nn::AdaptiveAvgPool2d({1, 2})(x), Tensor({1, 2, 1, 2}, {1, 2, 5, 6})));
    CHECK(nn::Upsample({2, 3})(x).shape() == Shape{1, 2, 4, 6});
    CHECK(same_bits(nn::Upsample({1, 2})(slice(x, 1, 0, 1)), Tensor({1, 1, 2, 4}, {0, 0, 1, 1, 2, 2, 3, 3})));
    const nn::Upsample smooth({1, 2}, {Interpolation::bilinear});
    CHECK(same_bits(smooth(Tensor({1, 1, 1, 2}, {0, 4})), Tensor({1, 1, 1, 4}, {0, 1, 3, 4})));
}

TEST_CASE("an encoder and a decoder stand in one Sequential") {
    const nn::Sequential net{nn::Conv2d(1, 4, {.stride = 2, .padding = 1}),
                             nn::relu,
                             nn::ConvTranspose2d(4, 4, {.kernel = 2, .stride = 2}),
                             nn::Upsample(2),
                             nn::AdaptiveAvgPool2d(4),
                             nn::GlobalAvgPool2d(),
                             nn::Linear(4, 2)};
    CHECK(net(zeros({3, 1, 8, 8})).shape() == Shape{3, 2});
}

TEST_CASE("the layers have the derivatives that differences show") {
    check_layer(nn::Conv1d(2, 3, {.stride = 2, .padding = 1, .init = f64}), draw({2, 2, 7}, 1));
    check_layer(nn::ConvTranspose2d(2, 4, {.kernel = {3, 2}, .stride = {2, 1}, .padding = 1, .groups = 2, .init = f64}),
                draw({2, 2, 3, 4}, 2));
}

TEST_CASE("layers refuse sizes that make no sense, telling them") {
    check_refused({
        {[] { (void)nn::Conv1d(2, 0); },
         "conv1d: channels, filters, kernel and groups must be at least 1: they are 2, 0, 3 and 1"},
        {[] { (void)nn::Conv1d(2, 3, {.groups = 2}); },
         "conv1d: groups must divide channels and filters: 2 groups, 2 channels, 3 filters"},
        {[] {
             (void)nn::ConvTranspose2d(2, 3, {.kernel = {3, -1}});
         },
         "conv_transpose2d: channels, filters, kernel and groups must be at least 1: they are 2, 3, 3x-1 and 1"},
        {[] { (void)nn::ConvTranspose2d(4, 3, {.groups = 4}); },
         "conv_transpose2d: groups must divide channels and filters: 4 groups, 4 channels, 3 filters"},
        {[] {
             (void)nn::Upsample({2, 0});
         },
         "upsample: the scale must lie in 1 .. 2^30: it is 2 by 0"},
        {[] { (void)nn::Upsample((Index{1} << 62) + 1); },
         "upsample: the scale must lie in 1 .. 2^30: it is 4611686018427387905 by 4611686018427387905"},
        {[] {
             (void)nn::Upsample(2)(zeros({2, 3}));
         },
         "upsample: x must be [rows, channels, height, width]: its shape is (2, 3)"},
    });
}
