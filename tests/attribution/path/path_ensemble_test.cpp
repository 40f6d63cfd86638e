#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::MonotonePaths;
using attribution::path_ensemble;
using attribution::PathEnsemble;

TEST_CASE("random orders come near the Shapley value (19, 45) of (x1+x2)³ at (1, 3)") {
    const Model f = of_columns([](auto& x) { return pow(x[0] + x[1], 3.0); });
    const Attribution a = path_ensemble(
        f, row({1, 3}), {.quadrature = {.steps = 2}, .paths = MonotonePaths::orders, .samples = 200, .seed = 3});
    for (Index k = 0; k < 2; ++k) {
        CHECK(a.standard_error->at(k) == doctest::Approx(18 / std::sqrt(200)).epsilon(0.02));  // 1 or 37, 63 or 27
        CHECK(std::abs(a.values.at(k) - (k == 0 ? 19 : 45)) <= 4 * a.standard_error->at(k));
    }
    CHECK(std::abs(a.delta->at(0)) <= 1e-11);
    CHECK(*a.samples == 200);
    CHECK(*a.seed == 3);
}

TEST_CASE("on multilinear functions every order's mean is Integrated Gradients") {
    const Model f = of_columns([](auto& x) { return x[0] * x[1] * x[2]; });
    const Attribution a = path_ensemble(
        f, row({3, 1, 2}),
        {.baseline = row({1, 2, 0}), .quadrature = {.steps = 1}, .paths = MonotonePaths::orders, .samples = 600});
    const std::vector<double> expected{8.0 / 3, -7.0 / 3, 17.0 / 3};
    for (Index k = 0; k < 3; ++k)
        CHECK(std::abs(a.values.at(k) - expected[static_cast<std::size_t>(k)]) <= 4 * a.standard_error->at(k));
}

TEST_CASE("paths of powers are monotone: functions that only rise get no negative share") {
    for (std::uint64_t trial = 0; trial < 10; ++trial) {
        const Tensor w = abs(random_tensor({4, 6}, trial)), v = abs(random_tensor({6, 1}, 50 + trial));
        const Model rising = [&](const Tensor& x) { return matmul(relu(matmul(x, w) - 1.0), v); };
        const Tensor x = abs(random_tensor({2, 4}, 90 + trial));
        const Attribution a = path_ensemble(rising, x, {.quadrature = {.rule = QuadratureRule::exact}, .samples = 3});
        for (const double value : numbers(a.values)) CHECK(value >= 0);
        CHECK(a.relative_delta->at(1) <= 1e-9);
    }
}

TEST_CASE("a path's number is its own: more paths begin with the same ones, and linear functions see no path") {
    const Model f = of_columns([](auto& x) { return x[0] * x[1]; });
    for (const MonotonePaths paths : {MonotonePaths::powers, MonotonePaths::orders}) {
        std::vector<double> sums(2);
        for (const Index samples : {Index{1}, Index{2}, Index{3}}) {
            const PathEnsemble options{.quadrature = {.steps = 2}, .paths = paths, .samples = samples, .seed = 8};
            const Attribution a = path_ensemble(f, row({2, 3}), options);
            CHECK(same_bits(a.values, path_ensemble(f, row({2, 3}), options).values));
            CHECK(std::abs(a.values.at(0) + a.values.at(1) - 6) <= 1e-12);
        }
        const Model linear = of_columns([](auto& x) { return x[0] * 2.0 - x[1]; });
        const Attribution a = path_ensemble(linear, row({2, 3}), {.quadrature = {.steps = 1}, .paths = paths});
        CHECK(largest_difference(numbers(a.values), {4, -3}) <= 1e-13);
        CHECK(a.standard_error->at(0) <= 1e-13);
    }
}

TEST_CASE(
    "the paths of one baseline are one draw of it: where paths do not matter, more of them make no answer surer") {
    const Model linear = of_columns([](auto& x) { return x[0] + x[1] * 2.0; });
    const attribution::Baseline drawn = attribution::baseline::Gaussian{.sigma = 1, .samples = 4, .clip = false};
    const Attribution one =
        attribution::integrated_gradients(linear, row({1, 2}), {.baseline = drawn, .quadrature = {.steps = 1}});
    const Attribution eight = path_ensemble(linear, row({1, 2}), {.baseline = drawn, .quadrature = {.steps = 1}});
    CHECK(largest_difference(numbers(eight.values), numbers(one.values)) <= 1e-13);
    CHECK(largest_difference(numbers(*eight.standard_error), numbers(*one.standard_error)) <= 1e-13);
}

TEST_CASE("rows walk the same paths, alone or in company") {
    const Model f = relu_net({3, 8, 2}, 4, true, DType::float32);
    const Tensor x = random_tensor({3, 3}, 4, DType::float32);
    for (const MonotonePaths paths : {MonotonePaths::powers, MonotonePaths::orders}) {
        const Attribution all = path_ensemble(f, x, {.quadrature = {.steps = 5}, .paths = paths});
        for (Index k = 0; k < 3; ++k)
            CHECK(
                same_bits(path_ensemble(f, slice(x, 0, k, k + 1), {.quadrature = {.steps = 5}, .paths = paths}).values,
                          slice(all.values, 0, k, k + 1)));
    }
}

TEST_CASE("options of path_ensemble out of range are refused") {
    const Model f = of_columns([](auto& x) { return x[0]; });
    const auto error = [&](const PathEnsemble& options) {
        return error_of<ValueError>([&] { path_ensemble(f, row({1}), options); });
    };
    CHECK(error({.edges = 0}) == "path-ensemble: edges must be at least 1 but is 0");
    CHECK(error({.samples = 0}) == "path-ensemble: samples must be at least 1 but is 0");
    CHECK(error_of<ValueError>([] {
              MonotonePaths paths{};
              parse_field("paths", "order", paths);
          }) == "paths: 'order' is unknown; did you mean 'orders'? There are: powers orders");
}
