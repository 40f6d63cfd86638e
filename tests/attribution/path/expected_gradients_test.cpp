#include <attribution/functions.hpp>
#include <support/close.hpp>

using namespace attribution_tests;
using attribution::expected_gradients;
using attribution::ExpectedGradients;
using attribution::baseline::Gaussian;
using attribution::baseline::Samples;
using attribution::baseline::Uniform;

namespace {

const Model product = of_columns([](auto& x) { return x[0] * x[1]; });
const std::vector<double> expected{0.12, -0.13};  // of x1 x2 at (0.8, 0.3), baselines uniform on the square

Attribution on_the_square(Index samples, bool antithetic, std::uint64_t seed) {
    return expected_gradients(product, row({0.8, 0.3}),
                              {.baseline = Uniform{}, .samples = samples, .antithetic = antithetic, .seed = seed});
}

/// The root of the mean square error of feature 1 over many seeds.
template <class Run>
double spread(const Run& run) {
    double squares = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const double error = run(seed) - expected[0];
        squares += error * error;
    }
    return std::sqrt(squares / 40);
}

}  // namespace

TEST_CASE("uniform baselines on the square: the closed form, within the standard error") {
    const Attribution a = on_the_square(2000, true, 5);
    for (Index k = 0; k < 2; ++k)
        CHECK(std::abs(a.values.at(k) - expected[static_cast<std::size_t>(k)]) <= 4 * a.standard_error->at(k));
    CHECK(tests::close(a.f_baseline->at(0), 0.25, 0.05));
    CHECK(*a.samples == 2000);
    CHECK(*a.seed == 5);
    CHECK(a.baseline_kind == "uniform:0,1,1");
    CHECK(*a.steps == std::vector<Index>{2000});
    CHECK(a.rule.empty());
    CHECK_FALSE(a.tolerance_met.has_value());
}

TEST_CASE("strata of t: on one line the error is of the order of one stratum, not of the root of the draws") {
    const Model cube = of_columns([](auto& x) { return pow(x[0], 3.0); });
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const Attribution a = expected_gradients(
            cube, row({1}), {.baseline = attribution::baseline::Zero{}, .samples = 50, .seed = seed});
        CHECK(std::abs(a.values.at(0) - 1) <= 0.02);  // of plain draws: 0.13
    }
}

TEST_CASE(
    "mirrored baselines make the error smaller than independent draws, and the standard error stays on the safe side") {
    // Plain draws: one t and one baseline each, all independent.
    const auto plain = [](std::uint64_t seed) {
        double total = 0;
        for (std::uint64_t k = 0; k < 50; ++k) {
            const double t = random::uniform_at(seed, 90, 3 * k), b1 = random::uniform_at(seed, 90, 3 * k + 1),
                         b2 = random::uniform_at(seed, 90, 3 * k + 2);
            total += (0.8 - b1) * (b2 + t * (0.3 - b2)) / 50;
        }
        return total;
    };
    const double independent = spread(plain);
    double stated = 0;
    const double both = spread([&](std::uint64_t seed) {
        const Attribution a = on_the_square(50, true, seed);
        stated += a.standard_error->at(0) / 40;
        return a.values.at(0);
    });
    CHECK(both < 0.75 * independent);
    CHECK(both < 1.2 * stated);
}

TEST_CASE("a mirrored pair counts as one draw: functions that are even about the middle gain nothing, and say so") {
    const Model even = of_columns([](auto& x) { return square(x[0] - 0.5); });
    double stated = 0, squares = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const Attribution a =
            expected_gradients(even, row({0.5}), {.baseline = Uniform{}, .samples = 40, .seed = seed});
        stated += a.standard_error->at(0) / 40;
        const double error = a.values.at(0) + 1.0 / 12;  // F(0.5) - E F = -1/12
        squares += error * error / 40;
    }
    CHECK(std::sqrt(squares) < 1.3 * stated);
}

TEST_CASE(
    "a mirrored pair counts as one draw, sampled or integrated: on a linear function it leaves nothing to chance") {
    const Model linear = of_columns([](auto& x) { return x[0] + x[1]; });
    for (const std::optional<double> tolerance : {std::optional<double>(), std::optional(1e-3)}) {
        const Attribution a = expected_gradients(
            linear, row({1, 2}),
            {.baseline = Gaussian{.sigma = 1, .clip = false}, .samples = 40, .tolerance = tolerance});
        CHECK(largest_difference(numbers(a.values), {0, 0}) <= 1e-12);
        CHECK(largest_difference(numbers(*a.standard_error), {0, 0}) <= 1e-12);
    }
}

TEST_CASE("a pool is dealt out whole before any of it comes again") {
    // With t integrated, as many draws as the pool has give the mean of Integrated Gradients over it.
    const Tensor pool({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}, DType::float64);
    for (const Index samples : {Index{4}, Index{8}}) {
        const Attribution a = expected_gradients(
            product, row({0.8, 0.3}), {.baseline = Samples{pool}, .samples = samples, .tolerance = 1e-6, .seed = 2});
        CHECK(largest_difference(numbers(a.values), expected) <= 1e-12);
        CHECK(a.tolerance_met->at(0));
        CHECK(std::abs(a.delta->at(0)) <= 1e-12);
    }
}

TEST_CASE("a tolerance integrates each line from the sampled baselines: complete, whatever they are") {
    const Model f = relu_net({4, 9, 3}, 3, true);
    const Tensor x = random_tensor({3, 4}, 3);
    const Attribution a = expected_gradients(f, x, {.baseline = Gaussian{.sigma = 1}, .samples = 5, .tolerance = 1e-5});
    for (std::size_t k = 0; k < 3; ++k) {
        CHECK(a.relative_delta->at(k) <= 1e-5);
        CHECK(a.tolerance_met->at(k));
    }
    CHECK(*a.samples == 5);
    CHECK(*a.seed == 0);
    CHECK(a.baseline_kind == "gaussian:1,1");
}

TEST_CASE("all targets in one pass, rows by themselves, and any budget: the same bits") {
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Model f = relu_net({3, 8, 4}, 7, true, dtype);
        const Tensor x = random_tensor({2, 3}, 7, dtype);
        const ExpectedGradients options{.baseline = Uniform{}, .samples = 12};
        ExpectedGradients all = options, tight = options, second = options;
        all.target = attribution::AllTargets{};
        tight.run.memory = 1;
        second.target = Index{2};
        const Attribution a = expected_gradients(f, x, all);
        CHECK(a.values.shape() == Shape{2, 4, 3});
        CHECK(same_bits(reshape(slice(a.values, 1, 2, 3), {2, 3}), expected_gradients(f, x, second).values));
        CHECK(same_bits(expected_gradients(f, x, options).values, expected_gradients(f, x, tight).values));
        const Tensor pool = random_tensor({5, 3}, 8, dtype);
        const Attribution both = expected_gradients(f, x, {.baseline = Samples{pool}, .samples = 7}),
                          one = expected_gradients(f, slice(x, 0, 1, 2), {.baseline = Samples{pool}, .samples = 7});
        CHECK(same_bits(slice(both.values, 0, 1, 2), one.values));
    }
}

TEST_CASE("options of expected_gradients out of range are refused") {
    CHECK(error_of<ValueError>([] {
              expected_gradients(product, row({1, 1}), {.samples = 0});
          }) == "expected-gradients: samples must be at least 1 but is 0");
    CHECK(error_of<ValueError>([] {
              expected_gradients(product, row({1, 1}), {.tolerance = 0.0});
          }) == "expected-gradients: tolerance must be above 0 but is 0");
}
