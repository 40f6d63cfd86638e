#include <doctest/doctest.h>

#include <cmath>

#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/nn/nn.hpp>

using namespace gradpath;

namespace {

const nn::Init f64{.seed = 3, .dtype = DType::float64};

nn::Linear by_hand() {
    nn::Linear linear(3, 2);
    linear.weight = Tensor({2, 3}, {1, 2, 3, 4, 5, 6});
    linear.bias = Tensor({2}, {10, 20});
    return linear;
}

}  // namespace

TEST_CASE("linear computes x times the transposed weight plus the bias") {
    const nn::Linear linear = by_hand();
    CHECK(same_bits(linear(Tensor({2, 3}, {1, 0, -1, 1, 1, 1})), Tensor({2, 2}, {8, 18, 16, 35})));
}

TEST_CASE("linear without bias maps zero to zero and has one parameter") {
    const nn::Linear linear(4, 3, {.bias = false});
    CHECK(same_bits(linear(zeros({2, 4})), zeros({2, 3})));
    CHECK(nn::count(linear) == 12);
}

TEST_CASE("linear takes no rows, and axes between rows and features") {
    const nn::Linear linear = by_hand();
    CHECK(linear(zeros({0, 3})).shape() == Shape{0, 2});
    const Tensor y = linear(reshape(arange(12), {2, 2, 3}));
    CHECK(y.shape() == Shape{2, 2, 2});
    CHECK(same_bits(reshape(y, {4, 2}), linear(reshape(arange(12), {4, 3}))));
}

TEST_CASE("linear refuses rows of another width, telling both") {
    CHECK_THROWS_WITH_AS(by_hand()(zeros({2, 4})),
                         "linear: x must be [rows, 3]: its shape is (2, 4); flatten() joins axes", ShapeError);
    CHECK_THROWS_WITH_AS(by_hand()(zeros({3})), "linear: x must be [rows, 3]: its shape is (3,); flatten() joins axes",
                         ShapeError);
    CHECK_THROWS_WITH_AS(nn::Linear(0, 2), "linear: inputs and outputs must be at least 1: they are 0 and 2",
                         ShapeError);
}

TEST_CASE("linear refuses the other dtype") { CHECK_THROWS_AS(by_hand()(zeros({2, 3}, DType::float64)), DTypeError); }

TEST_CASE("conv2d of ones over ones counts the pixels under the kernel plus the bias") {
    nn::Conv2d conv(2, 1, {.kernel = 3, .padding = 1});
    conv.weight = ones({1, 2, 3, 3});
    conv.bias = Tensor({1}, {0.5});
    const Tensor y = conv(ones({1, 2, 3, 3}));
    CHECK(same_bits(y, Tensor({1, 1, 3, 3}, {8.5, 12.5, 8.5, 12.5, 18.5, 12.5, 8.5, 12.5, 8.5})));
}

TEST_CASE("conv2d gives each filter its own bias") {
    nn::Conv2d conv(1, 3, {.kernel = 1});
    conv.weight = zeros({3, 1, 1, 1});
    conv.bias = Tensor({3}, {1, 2, 3});
    CHECK(same_bits(conv(zeros({1, 1, 1, 2})), Tensor({1, 3, 1, 2}, {1, 1, 2, 2, 3, 3})));
}

TEST_CASE("a depthwise conv2d scales each channel by itself") {
    nn::Conv2d conv(2, 2, {.kernel = 1, .groups = 2, .bias = false});
    conv.weight = Tensor({2, 1, 1, 1}, {2, -3});
    CHECK(same_bits(conv(ones({1, 2, 1, 1})), Tensor({1, 2, 1, 1}, {2, -3})));
}

TEST_CASE("conv2d refuses sizes that make no sense, telling them") {
    CHECK_THROWS_WITH_AS(nn::Conv2d(3, 4, {.groups = 2}),
                         "conv2d: groups must divide channels and filters: 2 groups, 3 channels, 4 filters",
                         ShapeError);
    CHECK_THROWS_WITH_AS(nn::Conv2d(0, 4, {.kernel = {3, 5}}),
                         "conv2d: channels, filters, kernel and groups must be at least 1: they are 0, 4, 3x5 and 1",
                         ShapeError);
}

TEST_CASE("pools take the largest or the mean of each window") {
    const Tensor x({1, 1, 2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
    CHECK(same_bits(nn::MaxPool2d(2)(x), Tensor({1, 1, 1, 2}, {6, 8})));
    CHECK(same_bits(nn::AvgPool2d(2)(x), Tensor({1, 1, 1, 2}, {3.5, 5.5})));
    CHECK(same_bits(nn::MaxPool2d({.kernel = {1, 2}, .stride = 1})(x), Tensor({1, 1, 2, 3}, {2, 3, 4, 6, 7, 8})));
    CHECK(same_bits(nn::AvgPool2d({.kernel = {2, 1}})(x), Tensor({1, 1, 1, 4}, {3, 4, 5, 6})));
}

TEST_CASE("flatten keeps the rows") {
    CHECK(nn::Flatten()(zeros({2, 3, 4, 5})).shape() == Shape{2, 60});
    CHECK(nn::Flatten()(zeros({0, 3, 4})).shape() == Shape{0, 12});
}

TEST_CASE("layers have the derivatives that differences show") {
    const nn::Linear linear(3, 2, {.init = f64});
    const nn::Conv2d conv(2, 3, {.kernel = {3, 2}, .stride = {2, 1}, .padding = 1, .init = f64});
    const auto in_linear = [&](const std::vector<Tensor>& in) {
        nn::Linear other = linear;
        other.weight = in[1], other.bias = in[2];
        return sum(square(other(in[0])));
    };
    check_grads(in_linear, {random::normal({4, 3}, {.seed = 1, .dtype = DType::float64}), linear.weight, linear.bias});
    const auto in_conv = [&](const std::vector<Tensor>& in) {
        nn::Conv2d other = conv;
        other.weight = in[1], other.bias = in[2];
        return sum(square(other(in[0])));
    };
    check_grads(in_conv, {random::normal({2, 2, 4, 5}, {.seed = 2, .dtype = DType::float64}), conv.weight, conv.bias});
}

TEST_CASE("losses are means over the batch") {
    const Tensor even = zeros({3, 4});  // every class has probability 1/4
    CHECK(nn::mean_cross_entropy(even, {0, 1, 3}).item() == doctest::Approx(std::log(4.0)).epsilon(1e-6));
    CHECK(nn::mean_squared_error(Tensor({2, 1}, {1, 4}), Tensor({2, 1}, {0, 2})).item() == 2.5);
}

TEST_CASE("the squared error never broadcasts") {
    CHECK_THROWS_WITH_AS(nn::mean_squared_error(zeros({3, 1}), zeros({3})),
                         "mean_squared_error: shapes must be equal: y has (3, 1), the target (3,); reshape one of them",
                         ShapeError);
}
