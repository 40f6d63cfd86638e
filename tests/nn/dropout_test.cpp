#include <doctest/doctest.h>

#include <cmath>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/nn/dropout.hpp>

using namespace gradpath;

TEST_CASE("dropout does nothing outside training") {
    const Tensor x = arange(10);
    CHECK(same_bits(nn::Dropout(0.9)(x), x));
    {
        const nn::Training training(1);
        CHECK_FALSE(same_bits(nn::Dropout(0.9)(x), x));
    }
    CHECK(same_bits(nn::Dropout(0.9)(x), x));
}

TEST_CASE("dropout at rate zero does nothing inside training") {
    const nn::Training training(1);
    const Tensor x = arange(10);
    CHECK(same_bits(nn::Dropout(0)(x), x));
}

TEST_CASE("dropout keeps its share and scales it up, so the mean stays") {
    const nn::Training training(3);
    const Index n = 100000;
    const double rate = 0.3, kept = 1 - rate;
    const Tensor y = nn::Dropout(rate)(ones({n}, DType::float64));
    Index alive = 0;
    for (Index i = 0; i < n; ++i) {
        CHECK_MESSAGE((y.at(i) == 0 || y.at(i) == doctest::Approx(1 / kept)), i);
        alive += y.at(i) != 0 ? 1 : 0;
    }
    const double sd = std::sqrt(rate * kept * static_cast<double>(n));
    CHECK(std::abs(static_cast<double>(alive) - kept * static_cast<double>(n)) < 5 * sd);
}

TEST_CASE("each call of a step draws another mask, and the same step draws the same ones") {
    const Tensor x = ones({64});
    const nn::Dropout drop(0.5);
    const auto two_masks = [&](std::uint64_t seed, std::uint64_t step) {
        const nn::Training training(seed, step);
        const Tensor first = drop(x);
        return std::pair(first, drop(x));
    };
    const auto [a, b] = two_masks(1, 5);
    const auto [c, d] = two_masks(1, 5);
    CHECK_FALSE(same_bits(a, b));
    CHECK(same_bits(a, c));
    CHECK(same_bits(b, d));
    CHECK_FALSE(same_bits(a, two_masks(1, 6).first));
    CHECK_FALSE(same_bits(a, two_masks(2, 5).first));
}

TEST_CASE("the innermost training scope counts, and the outer one goes on after it") {
    const Tensor x = ones({64});
    const nn::Dropout drop(0.5);
    const nn::Training outer(1);
    const Tensor first = drop(x);
    Tensor inside;
    {
        const nn::Training inner(1);
        inside = drop(x);
    }
    CHECK(same_bits(first, inside));
    CHECK_FALSE(same_bits(first, drop(x)));
}

TEST_CASE("the slope of dropout is its mask") {
    const nn::Training training(2);
    const Tensor x = tracked(full({32}, 3, DType::float64));
    const Tensor y = nn::Dropout(0.5)(x);
    CHECK(same_bits(grad(sum(y), x) * 3, detached(y)));
}

TEST_CASE("dropout masks have the same bits on any number of threads") {
    const int before = threads();
    const auto mask = [](int count) {
        set_threads(count);
        const nn::Training training(9);
        return nn::Dropout(0.5)(ones({100000}));
    };
    CHECK(same_bits(mask(1), mask(2)));
    set_threads(before);
}

TEST_CASE("dropout refuses rates that keep nothing or more than all") {
    CHECK_THROWS_WITH_AS(nn::Dropout(1), "dropout: the rate must lie in [0, 1): it is 1", ValueError);
    CHECK_THROWS_WITH_AS(nn::Dropout(-0.5), "dropout: the rate must lie in [0, 1): it is -0.5", ValueError);
}
