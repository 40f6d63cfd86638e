#include <doctest/doctest.h>

#include <cmath>

#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/nn/nn.hpp>

using namespace gradpath;

namespace {

const DType f64 = DType::float64;

Tensor numbers(const Shape& shape, std::uint64_t stream) {
    return random::normal(shape, {.seed = 4, .stream = stream, .dtype = f64});
}

}  // namespace

TEST_CASE("activations are layers: functions by name, structs where there is a parameter") {
    const nn::Sequential net{nn::silu,
                             nn::gelu_tanh,
                             nn::selu,
                             nn::softplus,
                             nn::LeakyRelu{.slope = 0.25},
                             nn::Elu{.alpha = 2},
                             nn::Hardtanh{.low = 0, .high = 0.5}};
    const Tensor x = numbers({3, 4}, 0);
    CHECK(same_bits(net(x), clamp(elu(leaky_relu(softplus(selu(gelu_tanh(silu(x)))), 0.25), 2.0), 0, 0.5)));
    CHECK(nn::count(net) == 0);
}

TEST_CASE("parameters of activations have the usual defaults") {
    const Tensor x = Tensor({4}, {-100, -1, 0.5, 3}, f64);
    CHECK(same_bits(nn::LeakyRelu{}(x), Tensor({4}, {-1, -0.01, 0.5, 3}, f64)));
    CHECK(same_bits(nn::Elu{}(x), elu(x)));
    CHECK(same_bits(nn::Hardtanh{}(x), Tensor({4}, {-1, -1, 0.5, 1}, f64)));
    CHECK_THROWS_WITH_AS((nn::Hardtanh{.low = 1, .high = 0}(x)),
                         "clamp: low must not exceed high: they are 1 and 0; swap them", ValueError);
}

TEST_CASE("prelu leaks by a slope of its own for each channel") {
    nn::Prelu layer({.channels = 2, .dtype = f64});
    CHECK(same_bits(layer.slope, full({2}, 0.25, f64)));
    layer.slope = Tensor({2}, {0.5, 2}, f64);
    const Tensor x = Tensor({1, 2, 1, 2}, {-1, 3, -1, 0}, f64);
    CHECK(same_bits(layer(x), Tensor({1, 2, 1, 2}, {-0.5, 3, -2, 0}, f64)));
    CHECK(same_bits(layer(reshape(Tensor({2}, {-4, -4}, f64), {1, 2})), Tensor({1, 2}, {-2, -8}, f64)));
    CHECK(layer(zeros({0, 2, 3}, f64)).shape() == Shape{0, 2, 3});
}

TEST_CASE("prelu with one slope takes any shape") {
    const nn::Prelu layer;
    CHECK(same_bits(layer(Tensor({3}, {-4, 0, 2})), Tensor({3}, {-1, 0, 2})));
    CHECK(layer(scalar(-8)).item() == -2);
    CHECK(nn::parameters(layer).at(0).name == "slope");
}

TEST_CASE("prelu refuses rows of other channels, telling both") {
    const nn::Prelu layer({.channels = 3});
    CHECK_THROWS_WITH_AS(layer(zeros({2, 4, 5})), "prelu: x must be [rows, 3, ..]: its shape is (2, 4, 5)", ShapeError);
    CHECK_THROWS_AS(layer(zeros({3})), ShapeError);
    CHECK_THROWS_WITH_AS(nn::Prelu({.channels = 0}), "prelu: channels must be at least 1: there are 0", ShapeError);
}

TEST_CASE("the slope of prelu is learned: derivatives of two orders, and one per row") {
    const auto f = [](const std::vector<Tensor>& in) {
        nn::Prelu layer({.channels = 3, .dtype = f64});
        layer.slope = in[1];
        return sum(square(layer(in[0])), {.axes = {1, 2}});
    };
    const Tensor x = numbers({4, 3, 5}, 1), slope = numbers({3}, 2);
    check_grads(f, {x, slope});
    const Tensor rows = per_sample_grad([&](const auto& p, const Tensor& z) { return f({z, p[0]}); }, {slope}, x)[0];
    for (Index row = 0; row < 4; ++row) {
        const Tensor own = tracked(slope);
        const Tensor alone = grad(sum(f({slice(x, 0, row, row + 1), own})), own);
        for (Index c = 0; c < 3; ++c) CHECK(rows.at(row * 3 + c) == doctest::Approx(alone.at(c)));
    }
}
