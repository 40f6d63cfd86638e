// Causal patterns of known games.
#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::Patterns;
using attribution::patterns_of;

namespace {

std::vector<double> table_of(const Model& f, const Tensor& x, const Tensor& from) {
    const attribution::Numbers v = attribution::Game("m", f, x, {.baseline = from}).table(0);
    return {v.begin(), v.end()};
}

const Model product = of_columns([](auto& x) { return x[0] * x[1] * x[2]; });

}  // namespace

TEST_CASE("T21: a baseline with wrong entries makes patterns of lower order out of one") {
    const Patterns wrong = patterns_of(table_of(product, row({1, 1, 1}), row({0.3, 0, 0.2})));
    REQUIRE(wrong.salient.size() == 4);
    CHECK(wrong.salient[0].players == attribution::Coalition(3, 0b111));
    CHECK(wrong.salient[0].strength == doctest::Approx(0.56).epsilon(1e-14));
    CHECK(wrong.salient[1].players == attribution::Coalition(3, 0b110));
    CHECK(wrong.salient[3].strength == doctest::Approx(0.06).epsilon(1e-14));
    CHECK(largest_difference(wrong.strengths, {0.06, 0.38, 0.56}) <= 1e-15);
    CHECK(largest_difference(wrong.shares, {0.06, 0.38, 0.56}) <= 1e-15);
    const Patterns right = patterns_of(table_of(product, row({1, 1, 1}), row({0, 0, 0})));
    REQUIRE(right.salient.size() == 1);
    CHECK(right.salient[0].strength == 1);
}

TEST_CASE("with m wrong entries a product has at most 2^m patterns") {
    for (Index wrong = 0; wrong <= 5; ++wrong) {
        std::vector<double> from(5, 0);
        for (Index k = 0; k < wrong; ++k) from[static_cast<std::size_t>(k)] = 0.4;
        const Model f = of_columns([](auto& x) { return x[0] * x[1] * x[2] * x[3] * x[4]; });
        const Patterns patterns = patterns_of(table_of(f, row({1, 1, 1, 1, 1}), row(from)), 0);
        CHECK(patterns.salient.size() == (std::size_t{1} << wrong) - (wrong == 5 ? 1 : 0));
    }
}

TEST_CASE("patterns add up to the game, whatever it is") {
    for (std::uint64_t trial = 0; trial < 5; ++trial) {
        const Model net = relu_net({7, 9, 1}, trial, true);
        const Patterns patterns =
            patterns_of(table_of(net, random_tensor({1, 7}, trial), random_tensor({1, 7}, 50 + trial)));
        CHECK(patterns.gap <= 1e-13);
        double shares = 0;
        for (const double share : patterns.shares) shares += share;
        CHECK(shares == doctest::Approx(1).epsilon(1e-12));
    }
    const Patterns nothing = patterns_of(std::vector<double>(8, 0));
    CHECK(nothing.salient.empty());
    CHECK(nothing.shares == std::vector<double>(3, 0));
    CHECK(nothing.gap == 0);
}

TEST_CASE("a salient part out of range is refused") {
    CHECK(error_of<ValueError>([] { patterns_of(std::vector<double>(4, 0), 1); }) ==
          "patterns: the salient part must lie in [0, 1) but is 1");
}
