// The pieces of a training recipe by themselves: clipping, averaging, augmenting.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <gradpath/autodiff/threads.hpp>

#include "moons.hpp"
#include "support/close.hpp"

using namespace gradpath;
using namespace gradpath::nn_tests;

namespace {

constexpr DType f64 = DType::float64;

/// 1, 2, .. in an image of one channel.
Tensor counting(Index height, Index width, DType dtype = DType::float32) {
    return reshape(arange(height * width, dtype) + 1, {1, 1, height, width});
}

}  // namespace

TEST_CASE("clipping by value bounds each number, by norm scales all alike") {
    const std::vector<Tensor> g{Tensor({2}, {3, -4}, f64), Tensor({}, {12}, f64)};
    CHECK(nn::global_norm(g) == 13);
    CHECK(nn_tests::same_bits(nn::clipped(g, {}), g));
    CHECK(nn_tests::same_bits(nn::clipped(g, {.norm = 13}), g));
    const std::vector<Tensor> bounded = nn::clipped(g, {.value = 3.5});
    CHECK(same_bits(bounded[0], Tensor({2}, {3, -3.5}, f64)));
    CHECK(bounded[1].item() == 3.5);
    const std::vector<Tensor> scaled = nn::clipped(g, {.norm = 1.3});
    CHECK(nn::global_norm(scaled) == doctest::Approx(1.3));
    CHECK(scaled[0].at(1) == doctest::Approx(-0.4));
    CHECK(nn::global_norm(nn::clipped(g, {.value = 3, .norm = 1})) == doctest::Approx(1));
    CHECK(nn::global_norm({}) == 0);
    CHECK(nn::global_norm({full({4}, 1e25)}) == doctest::Approx(2e25));  // whose squares are no float32
}

TEST_CASE("clipping refuses bounds and norms that make no sense") {
    CHECK_THROWS_WITH_AS(nn::clipped({}, {.value = -1}), "clip: value must be finite and not negative: it is -1",
                         ValueError);
    CHECK_THROWS_WITH_AS(nn::clipped({}, {.norm = -1}), "clip: norm must be finite and not negative: it is -1",
                         ValueError);
    CHECK_THROWS_WITH_AS(nn::clipped({full({1}, std::numeric_limits<double>::infinity())}, {.norm = 1}),
                         "clip: the norm of the gradient must be finite: it is inf", NumericError);
}

TEST_CASE("a moving average weighs by age without a bias to the start, a tail average is the mean") {
    const std::vector<double> seen{4, 1, 7, -2};
    const auto average = [&](const nn::Averaging& averaging) {
        std::vector<Tensor> mean;
        for (std::size_t t = 0; t < seen.size(); ++t)
            nn::take_in(mean, {scalar(seen[t], f64)}, averaging, static_cast<Index>(t + 1));
        return mean.at(0).item();
    };
    const double d = 0.75, sum = 1 + d + d * d + d * d * d;
    CHECK(average(nn::MovingAverage{d}) == doctest::Approx((-2 + 7 * d + 1 * d * d + 4 * d * d * d) / sum));
    CHECK(average(nn::MovingAverage{0}) == doctest::Approx(-2));
    CHECK(average(nn::TailAverage{1}) == doctest::Approx(2.5));
    std::vector<Tensor> none;
    nn::take_in(none, {scalar(1)}, nn::TailAverage{1}, 0);
    CHECK(none.empty());
}

TEST_CASE("an average holds all steps, or those of the last epochs") {
    const Index per_epoch = 4, epochs = 5;
    for (const Index steps : {0, 1, 11, 12, 13, 20}) {
        CHECK(nn::averaged_steps(nn::NoAverage{}, steps, per_epoch, epochs) == 0);
        CHECK(nn::averaged_steps(nn::MovingAverage{}, steps, per_epoch, epochs) == steps);
        CHECK(nn::averaged_steps(nn::TailAverage{2}, steps, per_epoch, epochs) == std::max(Index{0}, steps - 12));
        CHECK(nn::averaged_steps(nn::TailAverage{9}, steps, per_epoch, epochs) == steps);
    }
    CHECK(nn::averaged_steps(nn::TailAverage{2}, 100, 50, std::numeric_limits<Index>::max()) == 0);
    CHECK_THROWS_WITH_AS(nn::check(nn::MovingAverage{1}), "average: decay must lie in [0, 1): it is 1", ValueError);
    CHECK_THROWS_WITH_AS(nn::check(nn::TailAverage{0}), "average: epochs must be at least 1: they are 0", ValueError);
}

TEST_CASE("an image is mirrored, turned clockwise, and shifted, in this order") {
    const Tensor image = counting(2, 3);  // 1 2 3 / 4 5 6
    const auto one = [&](const nn::Motion& motion) { return nn::moved(image, {motion}); };
    CHECK(same_bits(one({}), image));
    CHECK(same_bits(one({.mirrored = true}), Tensor({1, 1, 2, 3}, {3, 2, 1, 6, 5, 4})));
    CHECK(same_bits(one({.down = 1}), Tensor({1, 1, 2, 3}, {0, 0, 0, 1, 2, 3})));
    CHECK(same_bits(one({.right = -1}), Tensor({1, 1, 2, 3}, {2, 3, 0, 5, 6, 0})));
    CHECK(same_bits(one({.mirrored = true, .right = 1}), Tensor({1, 1, 2, 3}, {0, 3, 2, 0, 6, 5})));
    const Tensor square = counting(3, 3, f64), quarter = nn::moved(square, {{.degrees = 90}});
    const Tensor turned({1, 1, 3, 3}, {7, 4, 1, 8, 5, 2, 9, 6, 3}, f64);
    CHECK(max(abs(quarter - turned)).item() < 1e-12);
    const Tensor back = nn::moved(square, {{.mirrored = true, .degrees = 180}});  // upside down
    CHECK(max(abs(back - Tensor({1, 1, 3, 3}, {7, 8, 9, 4, 5, 6, 1, 2, 3}, f64))).item() < 1e-12);
}

TEST_CASE("a turn between pixels is the bilinear mean: a slope stays a slope") {
    const Tensor image = counting(9, 9, f64);  // value 1 + 9 row + column, linear in both
    const double degrees = 30, c = std::cos(std::numbers::pi / 6), s = 0.5;
    const Tensor turned = nn::moved(image, {{.degrees = degrees}});
    for (Index row = 3; row < 6; ++row)
        for (Index column = 3; column < 6; ++column) {
            const double down = static_cast<double>(row - 4), right = static_cast<double>(column - 4);
            const double expected = 41 + 9 * (c * down - s * right) + (s * down + c * right);
            CHECK(turned.at(row * 9 + column) == doctest::Approx(expected));
        }
}

TEST_CASE("each row of a batch has draws of its own, by its place in the epoch") {
    const Tensor images = random::normal({6, 2, 8, 8}, {.seed = 1});
    const nn::Augment augment{.flip = true, .rotate = 20, .shift = 2, .noise = 0};
    const Tensor whole = nn::augmented(images, augment, {.seed = 4, .epoch = 3});
    const Tensor tail = nn::augmented(slice(images, 0, 4, 6), augment, {.seed = 4, .epoch = 3, .first_row = 4});
    CHECK(same_bits(slice(whole, 0, 4, 6), tail));
    CHECK_FALSE(same_bits(whole, nn::augmented(images, augment, {.seed = 4, .epoch = 4})));
    CHECK_FALSE(same_bits(whole, nn::augmented(images, augment, {.seed = 5, .epoch = 3})));
}

TEST_CASE("flips come up half the time, shifts of every size equally often, never more than asked for") {
    const Index rows = 4000;
    Tensor dots = pad(ones({rows, 1, 1, 1}), {{}, {}, {2, 2}, {2, 3}});  // a dot left of the middle of 5 x 6
    const auto count = [&](const Tensor& moved, Index row, Index column) {
        return sum(slice(slice(moved, 2, row, row + 1), 3, column, column + 1)).item() / rows;
    };
    const double bound = tests::sampling * std::sqrt(0.25 / rows);
    const Tensor flipped = nn::augmented(dots, {.flip = true}, {.seed = 1});
    CHECK(std::abs(count(flipped, 2, 2) - 0.5) < bound);
    CHECK(count(flipped, 2, 2) + count(flipped, 2, 3) == doctest::Approx(1));
    const Tensor shifted = nn::augmented(dots, {.shift = 1}, {.seed = 1});
    for (Index row = 1; row <= 3; ++row)
        for (Index column = 1; column <= 3; ++column) CHECK(std::abs(count(shifted, row, column) - 1.0 / 9) < bound);
    CHECK(sum(shifted).item() == rows);
}

TEST_CASE("noise has the deviation asked for, and takes rows of any shape") {
    const Tensor x = zeros({50, 200}), noisy = nn::augmented(x, {.noise = 0.5}, {.seed = 3, .epoch = 1, .batch = 2});
    const double n = 10000;
    CHECK(std::abs(mean(noisy).item()) < tests::sampling * 0.5 / std::sqrt(n));
    CHECK(std::abs(mean(square(noisy)).item() - 0.25) < tests::sampling * 0.25 * std::sqrt(2 / n));
    CHECK_FALSE(same_bits(noisy, nn::augmented(x, {.noise = 0.5}, {.seed = 3, .epoch = 1, .batch = 3})));
    CHECK(same_bits(x, nn::augmented(x, {}, {})));
    CHECK(nn::augmented(zeros({0, 1, 4, 4}), {.flip = true, .noise = 1}, {}).size() == 0);
}

TEST_CASE("normalising is a layer without parameters, in training and out of it") {
    const nn::Sequential net{nn::Normalise{{1, 2}, {2, 4}}, nn::Flatten()};
    CHECK(same_bits(net(Tensor({1, 2, 1, 2}, {3, 5, 2, 10})), Tensor({1, 4}, {1, 2, 0, 2})));
    CHECK(nn::count(net) == 0);
    CHECK(same_bits(nn::Normalise{}(ones({3})), ones({3})));
    CHECK_THROWS_WITH_AS(nn::Normalise({{0}, {0}})(ones({1, 1})), "normalised: sd must be above 0 but is 0",
                         ValueError);
}

TEST_CASE("augmenting says what is wrong") {
    const auto refused = [](const nn::Augment& augment, const char* message) {
        CHECK_THROWS_WITH_AS(nn::check(augment, zeros({1, 1, 2, 2})), message, ValueError);
    };
    refused({.rotate = -1}, "augment: rotate must lie in [0, 180] degrees: it is -1");
    refused({.shift = -1}, "augment: shift must lie in 0 .. 2^30 pixels: it is -1");
    refused({.shift = Index{1} << 62}, "augment: shift must lie in 0 .. 2^30 pixels: it is 4611686018427387904");
    refused({.noise = -1}, "augment: noise must be finite and not negative: it is -1");
    CHECK_THROWS_WITH_AS(nn::augmented(zeros({2, 3}), {.flip = true}, {}),
                         "augment: flip, rotate and shift take images [rows, channels, height, width]: x has the "
                         "shape (2, 3); noise takes any",
                         ShapeError);
    CHECK_THROWS_WITH_AS(nn::moved(zeros({2, 1, 3, 3}), {{}}),
                         "moved: x must be [rows, channels, height, width] with one motion per row: there are 1 "
                         "motions, x has the shape (2, 1, 3, 3)",
                         ShapeError);
}

TEST_CASE("augmented batches have the same bits with prefetching and without, on one thread and on two") {
    const int before = threads();
    const nn::Examples examples{random::normal({40, 1, 12, 12}, {.seed = 2}), random::integers({40}, 3, 1)};
    const auto third_batch = [&](int count, bool prefetch) {
        set_threads(count);
        nn::Loader loader(examples, {.batch = 9,
                                     .seed = 6,
                                     .prefetch = prefetch,
                                     .prefetch_above = 0,
                                     .augment = {.flip = true, .rotate = 15, .shift = 1, .noise = 0.1}});
        loader.seek(1, 2);
        return loader.next().x;
    };
    const Tensor plain = third_batch(1, false);
    CHECK(same_bits(plain, third_batch(1, true)));
    CHECK(same_bits(plain, third_batch(2, true)));
    CHECK(same_bits(plain, third_batch(2, false)));
    set_threads(before);
}
