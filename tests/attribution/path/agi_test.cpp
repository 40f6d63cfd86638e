#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::agi;
using attribution::Agi;

namespace {

/// Two outputs, x1 and x2: from (0.8, 0.45) an attack on the second walks down x1 and up x2.
const Model columns = [](const Tensor& x) { return x; };

}  // namespace

TEST_CASE("it walks: each step begins where the last one ended, and stops where the model answers the aim") {
    // x1 - x2 = 0.35 shrinks by 0.1 a step, so after four steps the second output wins: (0.6, 0.65) is not passed.
    const Attribution a = agi(columns, row({0.8, 0.45}), {.steps = 20, .rate = 0.05});
    CHECK(largest_difference(numbers(a.values), {0.2, 0}) <= 1e-12);  // F is x1
    CHECK(a.f_baseline->at(0) == doctest::Approx(0.6));
    CHECK(std::abs(a.delta->at(0)) <= 1e-12);
    const Attribution margin = agi(columns, row({0.8, 0.45}), {.stage = attribution::parse_stage("margin:0,1")});
    CHECK(largest_difference(numbers(margin.values), {0.2, 0.2}) <= 1e-12);
    const Attribution short_walk = agi(columns, row({0.8, 0.45}), {.steps = 2});
    CHECK(largest_difference(numbers(short_walk.values), {0.1, 0}) <= 1e-12);
}

TEST_CASE("one gradient for a long step misses F's change, and says so; a tolerance mends it") {
    const Model squares = [](const Tensor& x) { return square(x); };
    const Attribution a = agi(squares, row({0.8, 0.45}), {.rate = 0.2});  // 2 * 0.8 * 0.2 of 0.64 - 0.36
    CHECK(a.values.at(0) == doctest::Approx(0.32));
    REQUIRE(a.notes.size() == 1);
    CHECK(
        a.notes[0].starts_with("one gradient for each step of the walk, as published, misses F(x) - F(its other end)"
                               " by up to 1"));
    const Attribution fine = agi(squares, row({0.8, 0.45}), {.rate = 0.2, .quadrature = {.tolerance = 1e-6}});
    CHECK(fine.values.at(0) == doctest::Approx(0.28));
    CHECK(fine.notes.empty());
    CHECK(agi(squares, row({0.8, 0.45}), {.rate = 0.01}).notes.empty());
}

TEST_CASE("steps stay within the range of the input") {
    const Attribution a = agi(columns, row({0.3, 0.1}), {.rate = 0.25});
    CHECK(largest_difference(numbers(a.values), {0.25, 0}) <= 1e-12);  // (0.05, 0.35) is the other class
    const Attribution held = agi(columns, row({0.3, 0.1}), {.rate = 0.25, .low = 0.1, .high = 0.3});
    CHECK(largest_difference(numbers(held.values), {0.2, 0}) <= 1e-12);
}

TEST_CASE("the mean over attacks on other classes, complete with the mean of F where they end") {
    const Model f = relu_net({6, 16, 5}, 3, true);
    const Tensor x = random::uniform({3, 6}, 0, 1, {.seed = 4, .dtype = DType::float64});
    const Attribution a = agi(f, x, {.quadrature = {.tolerance = 1e-6, .rule = QuadratureRule::exact}});
    CHECK(*a.samples == 4);
    CHECK(a.standard_error.has_value());
    for (std::size_t k = 0; k < 3; ++k) {
        CHECK(a.tolerance_met->at(k));
        CHECK(a.relative_delta->at(k) <= 1e-12);
    }
    CHECK(*agi(f, x, {.classes = 2}).samples == 2);
    CHECK_FALSE(agi(f, x, {.classes = 1}).samples.has_value());
    const Attribution doubled = agi(f, x, {.quadrature = {.tolerance = 1e-2}});
    CHECK(doubled.rule == "gauss-legendre");
    CHECK(largest_difference(numbers(doubled.values), numbers(a.values)) <= 5e-3);
    CHECK_FALSE(doubled.tolerance_met->at(1));  // the four attacks nearly cancel, and each is to 1e-2 of itself
    CHECK(doubled.notes == std::vector<std::string>{"tolerance 0.01 is met by the parts but not by their sum, in which "
                                                    "they cancel; ask for a tenth of it"});
    CHECK(agi(f, x).rule == "right");
    CHECK_FALSE(a.baseline.has_value());
}

TEST_CASE("rows walk by themselves, whatever the others span; any budget gives the same bits; targets one by one") {
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Model f = relu_net({4, 9, 3}, 6, true, dtype);
        const Tensor x = random_tensor({3, 4}, 6, dtype);
        Agi tight, all;
        tight.run.memory = 1;
        all.target = attribution::AllTargets{};
        const Attribution a = agi(f, x);
        CHECK(same_bits(a.values, agi(f, x, tight).values));
        for (Index k = 0; k < 3; ++k)
            CHECK(same_bits(agi(f, slice(x, 0, k, k + 1)).values, slice(a.values, 0, k, k + 1)));
        const Attribution every = agi(f, x, all);
        CHECK(every.values.shape() == Shape{3, 3, 4});
        CHECK(same_bits(reshape(slice(every.values, 1, 1, 2), {3, 4}), agi(f, x, {.target = Index{1}}).values));
        CHECK(every.f_baseline->size() == 9);
    }
}

TEST_CASE("options of agi out of range are refused") {
    const auto error = [](const Agi& options) {
        return error_of<ValueError>([&] { agi(columns, row({0.8, 0.5}), options); });
    };
    CHECK(error({.classes = 0}) == "agi: classes must be at least 1 but is 0");
    CHECK(error({.rate = 0}) == "agi: rate must be above 0 but is 0");
    CHECK(error({.steps = 0}) == "agi: steps must be at least 1 but is 0");
    CHECK(error({.low = 1.0, .high = 0.5}) == "agi: low must be below high but they are 1 and 0.5");
    CHECK(error({.low = 0.6}) == "agi: the input must lie between low and high but spans [0.5, 0.8]; set them");
    CHECK(error({.target = attribution::Weights{row({1, 1})}}) ==
          "agi: the target must be an output of the model; give an index");
    CHECK(error_of<ValueError>([] { agi(of_columns([](auto& x) { return x[0]; }), row({1})); }) ==
          "agi: the model must have at least two outputs to walk from one to another");
}
