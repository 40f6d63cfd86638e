#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/threads.hpp>

#include "support/close.hpp"

using namespace gradpath;

namespace {

using Words = std::array<std::uint32_t, 4>;

// Mean of f(x) over a tensor of float64.
template <class F>
double average(const Tensor& x, const F& f) {
    double sum = 0;
    for (const double number : x.data<double>()) sum += f(number);
    return sum / static_cast<double>(x.size());
}

constexpr Index many = 200'000;  // the standard error of a mean of unit variance is 0.0022
const random::Random wide{.seed = 5, .dtype = DType::float64};

}  // namespace

TEST_CASE("philox gives the known answers of Random123") {
    constexpr std::uint32_t all = 0xffffffff;
    CHECK(random::philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    CHECK(random::philox({all, all, all, all}, {all, all}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    CHECK(random::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
          Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("the first uniform of seed 0 is the cipher's first two words as a binary fraction") {
    const double expected = static_cast<double>(0xe169c58d6627e8d5ull >> 11) / 0x1p53;
    CHECK(random::uniform_at(0, 0, 0) == expected);
    CHECK(random::uniform({1}, 0, 1, {.seed = 0, .dtype = DType::float64}).item() == expected);
}

TEST_CASE("element i of a uniform tensor is uniform_at(i), whatever the size of the tensor") {
    const Tensor x = random::uniform({40'001}, 0, 1, wide), start = random::uniform({7}, 0, 1, wide);
    for (const Index i : {0, 1, 6, 16'383, 16'384, 40'000})
        CHECK(x.at(i) == random::uniform_at(5, 0, static_cast<std::uint64_t>(i)));
    for (Index i = 0; i < 7; ++i) CHECK(start.at(i) == x.at(i));
}

TEST_CASE("the same seed gives the same bits on one thread and on three") {
    const int before = threads();
    set_threads(1);
    const Tensor one = random::normal({50'003}, {.seed = 9});
    const Indices numbers = random::integers({50'003}, 1000, 9);
    set_threads(3);
    CHECK(same_bits(one, random::normal({50'003}, {.seed = 9})));
    CHECK(std::ranges::equal(numbers.data(), random::integers({50'003}, 1000, 9).data()));
    set_threads(before);
}

TEST_CASE("another seed or another stream gives other numbers") {
    const Tensor x = random::normal({64}, {.seed = 1});
    CHECK_FALSE(same_bits(x, random::normal({64}, {.seed = 2})));
    CHECK_FALSE(same_bits(x, random::normal({64}, {.seed = 1, .stream = 1})));
    CHECK_FALSE(same_bits(x, random::normal({64}, {.seed = std::uint64_t{1} << 40 | 1})));
    CHECK_FALSE(same_bits(x, random::normal({64}, {.seed = 1, .stream = std::uint64_t{1} << 40})));
}

TEST_CASE("float32 draws are the rounded float64 draws") {
    const auto check = [](const Tensor& wide_draws, const Tensor& narrow_draws) {
        CHECK(narrow_draws.dtype() == DType::float32);
        for (Index i = 0; i < narrow_draws.size(); ++i)
            CHECK(narrow_draws.data<float>()[static_cast<std::size_t>(i)] == static_cast<float>(wide_draws.at(i)));
    };
    check(random::uniform({33}, -2, 3, wide), random::uniform({33}, -2, 3, {.seed = 5}));
    check(random::normal({33}, wide), random::normal({33}, {.seed = 5}));
    check(random::bernoulli({33}, 0.4, wide), random::bernoulli({33}, 0.4, {.seed = 5}));
}

TEST_CASE("uniform numbers lie within their bounds with the mean and variance of theory") {
    const Tensor x = random::uniform({many}, -1, 3, wide);
    CHECK(*std::ranges::min_element(x.data<double>()) >= -1);
    CHECK(*std::ranges::max_element(x.data<double>()) < 3);
    CHECK(average(x, [](double v) { return v; }) == doctest::Approx(1).epsilon(0.015));
    CHECK(average(x, [](double v) { return (v - 1) * (v - 1); }) == doctest::Approx(16.0 / 12).epsilon(0.015));
}

TEST_CASE("normal numbers have the moments and the tail of theory, and neighbours are uncorrelated") {
    const Tensor x = random::normal({many}, wide);
    CHECK(std::abs(average(x, [](double v) { return v; })) < 0.01);
    CHECK(average(x, [](double v) { return v * v; }) == doctest::Approx(1).epsilon(0.015));
    CHECK(average(x, [](double v) { return v * v * v * v; }) == doctest::Approx(3).epsilon(0.03));
    const double beyond2 = average(x, [](double v) { return std::abs(v) > 2 ? 1.0 : 0.0; });
    CHECK(tests::close(beyond2, std::erfc(std::sqrt(2.0)), 0.05));
    double product = 0;
    for (Index i = 0; i + 1 < many; ++i) product += x.at(i) * x.at(i + 1);
    CHECK(std::abs(product / many) < 0.01);
}

TEST_CASE("bernoulli draws are 0 or 1, with the probability asked for, and certain at 0 and 1") {
    const Tensor x = random::bernoulli({many}, 0.3, wide);
    CHECK(average(x, [](double v) { return v * (1 - v); }) == 0);
    CHECK(average(x, [](double v) { return v; }) == doctest::Approx(0.3).epsilon(0.02));
    CHECK(same_bits(random::bernoulli({99}, 0, wide), zeros({99}, DType::float64)));
    CHECK(same_bits(random::bernoulli({99}, 1, wide), ones({99}, DType::float64)));
}

TEST_CASE("a permutation holds every number once, and all 24 orders of four come equally often") {
    const Indices long_order = random::permutation(1000, 3);
    std::vector<Index> sorted(long_order.data().begin(), long_order.data().end());
    CHECK_FALSE(std::ranges::is_sorted(sorted));
    std::ranges::sort(sorted);
    for (Index i = 0; i < 1000; ++i) CHECK(sorted[static_cast<std::size_t>(i)] == i);

    std::array<int, 256> count{};
    for (std::uint64_t seed = 0; seed < 24'000; ++seed) {
        const Indices order = random::permutation(4, seed);
        ++count[static_cast<std::size_t>(order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3])];
    }
    double chi2 = 0;
    int orders = 0;
    for (const int seen : count)
        if (seen > 0) ++orders, chi2 += (seen - 1000.0) * (seen - 1000.0) / 1000;
    CHECK(orders == 24);
    CHECK(chi2 < 49.7);  // exceeded by one in a thousand with 23 degrees of freedom
}

TEST_CASE("integers are below their bound and equally likely, also where the bound does not divide 2^64") {
    std::array<int, 6> count{};
    const Indices dice = random::integers({60'000}, 6, 1);
    for (const Index number : dice.data()) ++count.at(static_cast<std::size_t>(number));
    double chi2 = 0;
    for (const int seen : count) chi2 += (seen - 1e4) * (seen - 1e4) / 1e4;
    CHECK(chi2 < 20.5);
    // With three quarters of 2^63 as the bound, a biased remainder would show: two thirds of the draws would fall low.
    const Index bound = 3 * (Index{1} << 61);
    double mean = 0;
    const Indices large = random::integers({20'000}, bound, 1);
    for (const Index number : large.data()) {
        CHECK((number >= 0 && number < bound));
        mean += static_cast<double>(number) / static_cast<double>(bound) / 20'000;
    }
    CHECK(mean == doctest::Approx(0.5).epsilon(0.02));
    CHECK(random::integers({5}, 1, 1).data()[4] == 0);
}

TEST_CASE("draws of no element and of one are fine") {
    CHECK(random::uniform({0}, 0, 1, {}).size() == 0);
    CHECK(random::normal({2, 0, 3}, {}).shape() == Shape{2, 0, 3});
    CHECK(random::normal({}, {}).rank() == 0);
    CHECK(random::permutation(0, 1).size() == 0);
    CHECK(random::permutation(1, 1)[0] == 0);
    CHECK(random::integers({0}, 3, 1).size() == 0);
    CHECK(random::uniform({4}, 2, 2, wide).at(3) == 2);
}

TEST_CASE("random functions say what is wrong with their arguments") {
    CHECK_THROWS_WITH_AS(random::uniform({1}, 2, 1, {}),
                         "uniform: the bounds must be finite and in order: low 2, high 1", ValueError);
    CHECK_THROWS_WITH_AS(random::uniform({1}, 0, INFINITY, {}),
                         "uniform: the bounds must be finite and in order: low 0, high inf", ValueError);
    CHECK_THROWS_WITH_AS(random::bernoulli({1}, 1.5, {}), "bernoulli: the probability must lie in [0, 1] but is 1.5",
                         ValueError);
    CHECK_THROWS_WITH_AS(random::bernoulli({1}, NAN, {}), "bernoulli: the probability must lie in [0, 1] but is nan",
                         ValueError);
    CHECK_THROWS_WITH_AS(random::permutation(-1, 0), "permutation: the count must not be negative but is -1",
                         ValueError);
    CHECK_THROWS_WITH_AS(random::integers({1}, 0, 0), "integers: the bound must be at least 1 but is 0", ValueError);
}
