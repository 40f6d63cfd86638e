// Models whose answer to a perturbation is known by hand.
#include <gradpath/attribution/quality/infidelity.hpp>

#include <attribution/functions.hpp>
#include <support/refused.hpp>

using namespace attribution_tests;
namespace quality = attribution::quality;
using quality::Infidelity;

namespace {

const Model square_of = [](const Tensor& x) { return sum(square(x), {.axes = {1}}); };
const Model plane = of_columns([](const auto& c) { return c[0] * 3.0 - c[1]; });

/// 1 everywhere, then 2 everywhere.
Tensor one_then_two(const Tensor& x, Index sample) { return ones_like(x) * static_cast<double>(sample + 1); }
const Infidelity by_hand{.samples = 2, .perturb = one_then_two};

}  // namespace

TEST_CASE("the slopes of a linear function foretell everything") {
    const Tensor x({2, 2}, {1, 2, -3, 4}, DType::float64), slopes({2, 2}, {3, -1, 3, -1}, DType::float64);
    for (const double gap : quality::infidelity(plane, x, slopes)) CHECK(gap < 1e-24);
    for (const double gap : quality::infidelity(plane, x, slopes * x, {.difference = x})) CHECK(gap < 1e-24);
    for (const double gap : quality::infidelity(plane, x, slopes * 7.0, {.normalised = true})) CHECK(gap < 1e-24);
    CHECK(quality::infidelity(plane, x, slopes * 7.0)[0] > 0.01);
}

TEST_CASE("the slope of a square misses the square of the perturbation") {
    CHECK(quality::infidelity(square_of, row({5}), row({10}), by_hand)[0] == doctest::Approx((1 + 16) / 2.0));
}

TEST_CASE("values that are wrong, as they are and scaled as suits them best") {
    // At 2: foretold 3 and 6, found 4 - 1 and 4 - 0. Scaled: 25 - 33²/45 is left of the squares.
    CHECK(quality::infidelity(square_of, row({2}), row({3}), by_hand)[0] == doctest::Approx(2));
    Infidelity scaled = by_hand;
    scaled.normalised = true;
    CHECK(quality::infidelity(square_of, row({2}), row({3}), scaled)[0] == doctest::Approx(0.4));
    CHECK(quality::infidelity(square_of, row({2}), row({0}), scaled)[0] == doctest::Approx(12.5));
}

TEST_CASE("a feature that equals its baseline has no slope to divide by") {
    Infidelity global = by_hand;
    global.difference = row({0, 1});
    // Slopes 0 and 1: foretold 1 and 2, found 2 and 4.
    CHECK(quality::infidelity(plane, row({1, 1}), row({9, 1}), global)[0] == doctest::Approx((1 + 4) / 2.0));
}

TEST_CASE("the predicted target is decided at the input, and the same seed gives the same figure") {
    const Model both = [](const Tensor& x) { return concat({x, 2.0 - x}, 1); };
    CHECK(quality::infidelity(both, row({1.5}), row({1}), by_hand)[0] == doctest::Approx(0));
    const Tensor x = row({1, 2}), values = row({0, 0});
    CHECK(quality::infidelity(square_of, x, values, {.seed = 3}) ==
          quality::infidelity(square_of, x, values, {.seed = 3}));
    CHECK(quality::infidelity(square_of, x, values, {.seed = 3}) !=
          quality::infidelity(square_of, x, values, {.seed = 4}));
}

TEST_CASE("infidelity says what does not fit") {
    const Tensor x = row({1, 2});
    const auto of = [&](const Infidelity& o) { quality::infidelity(square_of, x, x, o); };
    tests::check_refused(
        {{[&] { quality::infidelity(square_of, x, row({1})); },
          "infidelity: values must be shaped like x: got (1, 1) and (1, 2)"},
         {[&] { of({.target = attribution::AllTargets{}}); }, "infidelity: takes one target at a time"},
         {[&] { of({.samples = 0}); }, "infidelity: needs at least 1 sample but has 0"},
         {[&] { of({.deviation = 0}); }, "infidelity: deviation must be above 0 but is 0"},
         {[&] { of({.perturb = [](const Tensor&, Index) { return row({1}); }}); },
          "infidelity: a perturbation must be shaped like x: got (1, 1) and (1, 2)"}});
}
