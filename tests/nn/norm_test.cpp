// Batch, layer and group normalisation against their formulas, in training and outside it.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>

#include <gradpath/autodiff/autodiff.hpp>
#include <gradpath/nn/nn.hpp>

using namespace gradpath;

namespace {

Tensor draw(const Shape& shape, std::uint64_t seed) {
    return random::normal(shape, {.seed = seed, .dtype = DType::float64});
}
double distance(const Tensor& a, const Tensor& b) { return a.size() == 0 ? 0 : max(abs(a - b)).item(); }

constexpr nn::BatchNormOptions exact{.dtype = DType::float64};
constexpr nn::NormOptions exact_norm{.dtype = DType::float64};

}  // namespace

TEST_CASE("batch normalisation in training takes mean and variance of each channel of the batch") {
    nn::BatchNorm2d norm(3, exact);
    norm.weight = Tensor({3}, {1, 2, 3}, DType::float64);
    norm.bias = Tensor({3}, {-1, 0, 1}, DType::float64);
    const Tensor x = draw({4, 3, 2, 5}, 1);
    const nn::Training training(1);
    const Tensor y = norm(x);
    const Tensor centred = x - mean(x, {.axes = {0, 2, 3}, .keep = true});
    const Tensor variance = mean(square(centred), {.axes = {0, 2, 3}, .keep = true});
    const Tensor expected =
        centred / sqrt(variance + 1e-5) * reshape(norm.weight, {3, 1, 1}) + reshape(norm.bias, {3, 1, 1});
    CHECK(distance(y, expected) < 1e-12);
}

TEST_CASE("running values move by the momentum, the variance unbiased, and serve outside training") {
    nn::BatchNorm1d norm(2, {.momentum = 0.25, .epsilon = 0, .dtype = DType::float64});
    const Tensor x({3, 2}, {1, 10, 2, 20, 6, 60}, DType::float64);  // means 3 and 30, unbiased variances 7 and 700
    {
        const nn::Training training(1);
        norm(x);
        nn::keep_updates(norm, training);
    }
    CHECK(norm.running_mean.value.at(0) == 0.25 * 3);
    CHECK(norm.running_mean.value.at(1) == 0.25 * 30);
    CHECK(norm.running_variance.value.at(0) == doctest::Approx(0.75 + 0.25 * 7).epsilon(1e-14));
    CHECK(norm.running_variance.value.at(1) == doctest::Approx(0.75 + 0.25 * 700).epsilon(1e-14));
    CHECK(norm(x).at(0) == doctest::Approx((1 - 0.75) / std::sqrt(2.5)).epsilon(1e-14));
}

TEST_CASE("two calls in one step count as two batches") {
    nn::BatchNorm1d norm(1, {.momentum = 0.5, .dtype = DType::float64});
    const nn::Training training(1);
    norm(Tensor({2, 1}, {3, 5}, DType::float64));
    norm(Tensor({2, 1}, {7, 9}, DType::float64));
    nn::keep_updates(norm, training);
    CHECK(norm.running_mean.value.item() == 0.5 * (0.5 * 4) + 0.5 * 8);
}

TEST_CASE("outside training rows are independent, and what the layer was given flows through") {
    nn::BatchNorm2d norm(2, exact);
    norm.running_mean.value = draw({2}, 1);
    norm.running_variance.value = square(draw({2}, 2)) + 0.1;
    const Tensor x = draw({3, 2, 4, 4}, 3), y = norm(x);
    for (Index row = 0; row < 3; ++row) CHECK(same_bits(norm(slice(x, 0, row, row + 1)), slice(y, 0, row, row + 1)));
    CHECK(norm(zeros({0, 2, 4, 4}, DType::float64)).shape() == Shape{0, 2, 4, 4});
}

TEST_CASE("batch normalisation differentiates through the batch's statistics, to second order") {
    nn::BatchNorm1d norm(3, exact);
    const auto f = [&](const std::vector<Tensor>& in) {
        nn::BatchNorm1d layer = norm;
        layer.weight = in[1], layer.bias = in[2];
        const nn::Training training(1);
        return layer(in[0]);
    };
    CHECK_NOTHROW(check_grads(f, {draw({4, 3, 2}, 1), draw({3}, 2), draw({3}, 3)}, {.order = 2}));
}

TEST_CASE("without affine there is nothing to learn") {
    nn::BatchNorm1d norm(2, {.affine = false});
    CHECK(nn::parameters(norm).empty());
    CHECK(nn::buffers(norm).size() == 2);
    CHECK(same_bits(norm(zeros({1, 2})), zeros({1, 2})));
    const nn::Training training(1);
    CHECK(norm(Tensor({2, 2}, {1, 2, 3, 4})).at(0) == doctest::Approx(-1).epsilon(1e-4));
    CHECK(nn::parameters(nn::LayerNorm({2}, {.affine = false})).empty());
    CHECK(nn::parameters(nn::GroupNorm(1, 2, {.affine = false})).empty());
}

TEST_CASE("batch normalisation refuses other shapes, and in training a batch of one number per channel") {
    const nn::BatchNorm1d line(3);
    const nn::BatchNorm2d plane(3);
    CHECK_THROWS_WITH_AS(line(zeros({2, 4})),
                         "batch_norm: x must be [rows, 3] or [rows, 3, length]: its shape is (2, 4)", ShapeError);
    CHECK_THROWS_WITH_AS(plane(zeros({2, 3})), "batch_norm: x must be [rows, 3, height, width]: its shape is (2, 3)",
                         ShapeError);
    CHECK_THROWS_WITH_AS(nn::BatchNorm2d(0), "batch_norm: channels must be at least 1: they are 0", ShapeError);
    CHECK_THROWS_WITH_AS(nn::BatchNorm2d(1, {.momentum = 2}), "batch_norm: momentum must lie in [0, 1]: it is 2",
                         ValueError);
    CHECK_THROWS_WITH_AS(nn::BatchNorm2d(1, {.epsilon = -1}), "batch_norm: epsilon must be at least 0: it is -1",
                         ValueError);
    CHECK(line(zeros({1, 3})).shape() == Shape{1, 3});
    const nn::Training training(1);
    CHECK_THROWS_WITH_AS(line(zeros({1, 3})),
                         "batch_norm: training needs more than one number per channel: the shape is (1, 3); choose a "
                         "batch size that leaves no single row",
                         ShapeError);
    CHECK(plane(zeros({1, 3, 2, 1})).shape() == Shape{1, 3, 2, 1});
}

TEST_CASE("law: layer and group normalisation are their formulas on random shapes, and rows are independent") {
    CHECK(rc::check("layer and group norm", [] {
        const auto length = [](Index most) { return *rc::gen::inRange<Index>(1, most + 1); };
        const Index groups = length(3), inner = length(3), rows = length(4), width = 1 + length(4);
        const Tensor x = draw({rows, groups * inner, width}, *rc::gen::inRange<std::uint64_t>(0, 1000));
        nn::LayerNorm layer({groups * inner, width}, exact_norm);
        layer.weight = draw(layer.shape, 1), layer.bias = draw(layer.shape, 2);
        nn::GroupNorm group(groups, groups * inner, exact_norm);
        group.weight = draw({groups * inner}, 3), group.bias = draw({groups * inner}, 4);
        const auto standard = [](const Tensor& z) {
            const Tensor centred = z - mean(z, {.axes = {-1}, .keep = true});
            return centred / sqrt(mean(square(centred), {.axes = {-1}, .keep = true}) + 1e-5);
        };
        RC_ASSERT(distance(layer(x), reshape(standard(flatten(x)), x.shape()) * layer.weight + layer.bias) < 1e-10);
        const Tensor grouped = reshape(standard(reshape(x, {rows, groups, inner * width})), x.shape());
        RC_ASSERT(distance(group(x), grouped * reshape(group.weight, {-1, 1}) + reshape(group.bias, {-1, 1})) < 1e-10);
        for (Index row = 0; row < rows; ++row) {
            const Tensor alone = slice(x, 0, row, row + 1);
            RC_ASSERT(same_bits(layer(alone), slice(layer(x), 0, row, row + 1)));
            RC_ASSERT(same_bits(group(alone), slice(group(x), 0, row, row + 1)));
        }
    }));
}

TEST_CASE("one group is layer normalisation, as many groups as channels normalise each alone") {
    const Tensor x = draw({3, 4, 5}, 1);
    const Tensor flat = nn::LayerNorm({20}, exact_norm)(reshape(x, {3, 20}));
    CHECK(same_bits(nn::GroupNorm(1, 4, exact_norm)(x), reshape(flat, {3, 4, 5})));
    CHECK(distance(mean(nn::GroupNorm(4, 4, exact_norm)(x), {.axes = {2}}), zeros({3, 4}, DType::float64)) < 1e-14);
}

TEST_CASE("no rows are no trouble for layer and group normalisation") {
    CHECK(nn::LayerNorm({4})(zeros({0, 4})).shape() == Shape{0, 4});
    CHECK(nn::GroupNorm(2, 4)(zeros({0, 4, 3})).shape() == Shape{0, 4, 3});
}

TEST_CASE("layer and group normalisation refuse shapes that are not theirs") {
    CHECK_THROWS_WITH_AS(nn::LayerNorm({3, 4})(zeros({3, 4})),
                         "layer_norm: x must be rows that end in (3, 4): its shape is (3, 4)", ShapeError);
    CHECK_THROWS_WITH_AS(nn::LayerNorm({4})(zeros({2, 3})),
                         "layer_norm: x must be rows that end in (4,): its shape is (2, 3)", ShapeError);
    CHECK_THROWS_WITH_AS(nn::LayerNorm(Shape{}), "layer_norm: the last axes must hold numbers: the shape is ()",
                         ShapeError);
    CHECK_THROWS_WITH_AS(nn::LayerNorm({2}, {.epsilon = -1}), "layer_norm: epsilon must be at least 0: it is -1",
                         ValueError);
    CHECK_THROWS_WITH_AS(nn::GroupNorm(3, 4), "group_norm: groups must divide the channels: 3 groups, 4 channels",
                         ShapeError);
    CHECK_THROWS_WITH_AS(nn::GroupNorm(2, 4, {.epsilon = -1}), "group_norm: epsilon must be at least 0: it is -1",
                         ValueError);
    CHECK_THROWS_WITH_AS(nn::GroupNorm(2, 4)(zeros({2, 6})), "group_norm: x must be [rows, 4, ..]: its shape is (2, 6)",
                         ShapeError);
}
