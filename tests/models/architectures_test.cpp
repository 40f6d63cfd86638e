#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <numbers>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/autoencoder.hpp>
#include <gradpath/models/image_nets.hpp>
#include <gradpath/models/mlp.hpp>

using namespace gradpath;
using namespace gradpath::models;

namespace {

std::vector<Shape> shapes(const nn::Layer& net) {
    std::vector<Shape> list;
    for (const nn::Parameter& p : nn::parameters(net)) list.push_back(p.value.shape());
    return list;
}

Tensor images(Index rows) { return random::uniform({rows, 1, 28, 28}, 0, 1, {.seed = 1}); }

}  // namespace

TEST_CASE("lenet5 has the parameters that one counts by hand") {
    const Index convolutions = (6 * 25 + 6) + (16 * 6 * 25 + 16);
    const Index dense = (400 * 120 + 120) + (120 * 84 + 84) + (84 * 10 + 10);
    CHECK(convolutions + dense == 61706);
    CHECK(nn::count(lenet5()) == 61706);
    CHECK(lenet5()(images(3)).shape() == Shape{3, 10});
}

TEST_CASE("small-cnn has the parameters that one counts by hand") {
    CHECK((32 * 9 + 32) + (64 * 32 * 9 + 64) + (9216 * 128 + 128) + (128 * 10 + 10) == 1199882);
    CHECK(nn::count(small_cnn()) == 1199882);
    CHECK(small_cnn()(images(2)).shape() == Shape{2, 10});
}

TEST_CASE("lenet-small has the layers of its experiment") {
    CHECK(shapes(lenet_small()) ==
          std::vector<Shape>{{5, 1, 5, 5}, {5}, {10, 5, 5, 5}, {10}, {64, 160}, {64}, {10, 64}, {10}});
    CHECK((5 * 25 + 5) + (10 * 125 + 10) + (160 * 64 + 64) + (64 * 10 + 10) == 12344);
    CHECK(nn::count(lenet_small()) == 12344);
    CHECK(lenet_small()(images(2)).shape() == Shape{2, 10});
}

TEST_CASE("lenet-small starts with Glorot's deviations and biases of one over their number") {
    const std::vector<nn::Parameter> p = nn::parameters(lenet_small({}, {.seed = 3, .dtype = DType::float64}));
    const Tensor& w = p[4].value;  // 64 x 160: 10,240 draws
    const double sd = std::sqrt(2.0 / (64 + 160)), n = 64 * 160;
    CHECK(std::abs(std::sqrt(mean(square(w)).item()) - sd) < 5 * sd / std::sqrt(2 * n));
    CHECK(same_bits(p[1].value, full({5}, 1.0 / 5, DType::float64)));
    CHECK(same_bits(p[3].value, full({10}, 1.0 / 10, DType::float64)));
    CHECK(same_bits(p[5].value, full({64}, 1.0 / 64, DType::float64)));
    CHECK(same_bits(p[7].value, full({10}, 1.0 / 10, DType::float64)));
}

TEST_CASE("the moons mlp has 4,482 parameters") {
    CHECK((2 * 64 + 64) + (64 * 64 + 64) + (64 * 2 + 2) == 4482);
    CHECK(nn::count(mlp()) == 4482);
    CHECK(mlp()(zeros({5, 2})).shape() == Shape{5, 2});
}

TEST_CASE("residual-cnn has the parameters that one counts by hand: a pair of norms and no bias per convolution") {
    const auto conv = [](Index from, Index to, Index kernel) { return from * to * kernel * kernel + 2 * to; };
    const auto block = [&](Index from, Index to) { return conv(from, to, 3) + conv(to, to, 3) + conv(from, to, 1); };
    CHECK(conv(1, 16, 3) + block(16, 16) + block(16, 32) + block(32, 64) + 64 * 10 + 10 == 78042);
    CHECK(nn::count(residual_cnn()) == 78042);
    CHECK(residual_cnn()(images(2)).shape() == Shape{2, 10});
    const Index second = conv(16, 16, 3) + conv(16, 16, 3) + conv(32, 32, 3) * 2 + conv(64, 64, 3) * 2;
    CHECK(nn::count(residual_cnn({.blocks = 2})) == 78042 + second);  // without a projection
}

TEST_CASE("depthwise-cnn has the parameters that one counts by hand: nine weights a channel, then one a pair") {
    const auto block = [](Index from, Index to) { return 9 * from + 2 * from + from * to + 2 * to; };
    CHECK((9 * 16 + 32) + block(16, 16) + block(16, 32) + block(32, 64) + 64 * 10 + 10 == 4570);
    CHECK(nn::count(depthwise_cnn()) == 4570);
    CHECK(depthwise_cnn()(images(2)).shape() == Shape{2, 10});
}

TEST_CASE("an autoencoder is two mlps, the second the mirror image of the first, drawn from other streams") {
    CHECK((784 * 128 + 128) + (128 * 32 + 32) + (32 * 128 + 128) + (128 * 784 + 784) == 209968);
    CHECK(nn::count(autoencoder()) == 209968);
    CHECK(autoencoder()(images(2)).shape() == Shape{2, 784});
    const nn::Layer net = autoencoder({.widths = {4, 4}});
    CHECK(shapes(net) == std::vector<Shape>{{4, 4}, {4}, {4, 4}, {4}});
    const std::vector<nn::Parameter> p = nn::parameters(net);
    CHECK(p[0].name == "encoder.dense1.weight");
    CHECK(p[2].name == "decoder.dense1.weight");
    CHECK_FALSE(same_bits(p[0].value, p[2].value));
}

TEST_CASE("staged networks halve their maps, rounding up, and take images of any size") {
    const nn::Layer net = residual_cnn({.channels = 3, .size = 7, .classes = 4, .width = 2});
    const Taps taps;
    CHECK(net(zeros({2, 3, 7, 7})).shape() == Shape{2, 4});
    CHECK(taps.at("stem").shape() == Shape{2, 2, 7, 7});
    CHECK(taps.at("block1.body").shape() == Shape{2, 2, 4, 4});
    CHECK(taps.at("block1.shortcut").shape() == Shape{2, 2, 4, 4});
    CHECK(taps.at("block2").shape() == Shape{2, 4, 2, 2});
    CHECK(taps.at("block3").shape() == Shape{2, 8, 1, 1});
    CHECK(taps.at("pool").shape() == Shape{2, 8});
    CHECK(depthwise_cnn({.size = 1, .width = 2})(zeros({1, 1, 1, 1})).shape() == Shape{1, 10});
}

TEST_CASE("an mlp of two widths is one dense layer") {
    const nn::Layer net = mlp({.widths = {3, 2}});
    CHECK(shapes(net) == std::vector<Shape>{{2, 3}, {2}});
    CHECK(same_bits(net(zeros({1, 3})), zeros({1, 2})));
}

TEST_CASE("an mlp flattens images") {
    const nn::Layer net = mlp({.widths = {784, 8, 10}});
    const Tensor x = images(2);
    CHECK(same_bits(net(x), net(reshape(x, {2, 784}))));
}

TEST_CASE("every activation stands between the layers under its own name") {
    const std::map<std::string, double> at_two = {
        {"relu", 2},
        {"leaky-relu", 2},
        {"elu", 2},
        {"selu", 2 * 1.0507009873554805},
        {"silu", 2 / (1 + std::exp(-2.0))},
        {"gelu", 1 + std::erf(std::sqrt(2.0))},
        {"gelu-tanh", 1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (2 + 0.044715 * 8))},
        {"softplus", std::log1p(std::exp(2.0))},
        {"tanh", std::tanh(2.0)},
        {"sigmoid", 1 / (1 + std::exp(-2.0))},
        {"hardtanh", 1}};
    for (const auto& entry : at_two) {
        CAPTURE(entry.first);
        nn::Layer net = mlp({.widths = {1, 1, 1}, .activation = entry.first}, {.dtype = DType::float64});
        nn::each_parameter(net, nn::ParameterVisitor([](const std::string& place, Tensor& p) {
                               p = full(p.shape(), place.ends_with("weight") ? 1 : 0, DType::float64);
                           }));
        const Taps taps;
        CHECK(net(full({1, 1}, 2, DType::float64)).item() == doctest::Approx(entry.second));
        CHECK(taps.visits().at(1).name == entry.first + "1");
    }
}

TEST_CASE("rectifiers get He's weights, which are wider than Glorot's between layers of one width") {
    const auto first = [](const char* activation) {
        return nn::parameters(mlp({.widths = {64, 64, 1}, .activation = activation}))[0].value;
    };
    CHECK(same_bits(first("leaky-relu"), first("relu")));
    CHECK(same_bits(first("silu"), first("tanh")));
    CHECK(sum(square(first("relu"))).item() == doctest::Approx(2 * sum(square(first("tanh"))).item()));
}

TEST_CASE("networks take other image sizes, channels and classes") {
    const Tensor x = random::uniform({2, 3, 32, 32}, 0, 1, {.seed = 2});
    CHECK(lenet5({.channels = 3, .size = 32, .classes = 4})(x).shape() == Shape{2, 4});
    CHECK(lenet_small({.channels = 3, .size = 32, .classes = 4})(x).shape() == Shape{2, 4});
    CHECK(small_cnn({.channels = 3, .size = 32, .classes = 4})(x).shape() == Shape{2, 4});
    CHECK(lenet5({.size = 12})(zeros({1, 1, 12, 12})).shape() == Shape{1, 10});
    CHECK(lenet_small({.size = 16})(zeros({1, 1, 16, 16})).shape() == Shape{1, 10});
    CHECK(small_cnn({.size = 6})(zeros({1, 1, 6, 6})).shape() == Shape{1, 10});
    CHECK(small_cnn({.size = 7})(zeros({1, 1, 7, 7})).shape() == Shape{1, 10});
}

TEST_CASE("no two weights of a network are drawn from one stream") {
    const nn::Layer net = mlp({.widths = {4, 4, 4, 4}});
    const std::vector<nn::Parameter> p = nn::parameters(net);
    CHECK_FALSE(same_bits(p[0].value, p[2].value));
    CHECK_FALSE(same_bits(p[2].value, p[4].value));
}

TEST_CASE("the same seed gives the same network") {
    const Tensor x = images(2);
    CHECK(same_bits(lenet5({}, {.seed = 5})(x), lenet5({}, {.seed = 5})(x)));
    CHECK_FALSE(same_bits(lenet5({}, {.seed = 5})(x), lenet5({}, {.seed = 6})(x)));
}

TEST_CASE("rows of a network are independent of each other") {
    const Tensor x = images(3);
    for (const nn::Layer& net : {lenet5(), residual_cnn({.width = 4}), depthwise_cnn({.width = 4}), autoencoder()}) {
        const Tensor y = net(x);
        for (Index row = 0; row < 3; ++row) CHECK(same_bits(net(slice(x, 0, row, row + 1)), slice(y, 0, row, row + 1)));
    }
}

TEST_CASE("builders refuse what they cannot build") {
    CHECK_THROWS_WITH_AS(
        mlp({.widths = {2}}),
        "mlp: widths name the inputs, the hidden layers and the outputs: there are only 1; write 2-64-64-2",
        ValueError);
    CHECK_THROWS_WITH_AS(mlp({.widths = {2, 0, 2}}), "mlp: a width must be at least 1: it is 0", ValueError);
    CHECK_THROWS_WITH_AS(
        mlp({.activation = "rellu"}),
        "mlp: activation is one of relu, leaky-relu, elu, selu, silu, gelu, gelu-tanh, softplus, tanh, "
        "sigmoid, hardtanh: got \"rellu\"; did you mean \"relu\"?",
        ValueError);
    CHECK_THROWS_WITH_AS(lenet5({.size = 11}),
                         "lenet5: images must be at least 12x12 for its two convolutions and pools: size is 11",
                         ValueError);
    CHECK_THROWS_WITH_AS(lenet_small({.size = 15}),
                         "lenet-small: images must be at least 16x16 for its two convolutions and pools: size is 15",
                         ValueError);
    CHECK_THROWS_WITH_AS(small_cnn({.size = 5}),
                         "small-cnn: images must be at least 6x6 for its two convolutions and its pool: size is 5",
                         ValueError);
    CHECK_THROWS_WITH_AS(residual_cnn({.blocks = 0}), "residual-cnn: a stage must have at least one block: blocks is 0",
                         ValueError);
    CHECK_THROWS_WITH_AS(depthwise_cnn({.blocks = 0}),
                         "depthwise-cnn: a stage must have at least one block: blocks is 0", ValueError);
}
