#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::softened;

TEST_CASE("a softened network is near the network, the nearer the sharper, and bends") {
    const Model f = relu_net({3, 8, 4}, 11, true);
    const Tensor x = random_tensor({5, 3}, 12);
    const auto off = [&](double sharpness) {
        return max(abs(softened(f, slice(x, 0, 0, 1), {.sharpness = sharpness})(x) - f(x))).item();
    };
    CHECK(off(10) > off(100));
    CHECK(off(1000) <= 0.02);
    const Model soft = softened(f, slice(x, 0, 0, 1));
    const auto bend = [&](const Model& model) {
        return max(abs(hvp([&](const Tensor& z) { return sum(model(z)); }, x, ones_like(x)))).item();
    };
    CHECK(bend(f) == 0);
    CHECK(bend(soft) > 1e-3);
}

TEST_CASE("a softened pool is the logarithm of the mean of exponentials over its windows, padded or overlapping") {
    for (const Pool2d& pool : {Pool2d{.kernel = 2}, Pool2d{.kernel = 3, .stride = 2}, Pool2d{.kernel = 3, .stride = 1, .padding = 1}}) {
        const Model f = [=](const Tensor& x) { return flatten(max_pool2d(x, pool)); };
        const Tensor x = random_tensor({2, 2, 7, 7}, 13);
        const Model soft = softened(f, slice(x, 0, 0, 1), {.sharpness = 1000});
        CHECK(largest_difference(numbers(soft(x)), numbers(f(x))) <= std::log(9.0) / 1000 + 1e-12);
        const Tensor same = ones({1, 2, 7, 7}, DType::float64);
        if (pool.padding.height == 0) CHECK(largest_difference(numbers(soft(same)), numbers(f(same))) <= 1e-12);
        CHECK_FALSE(softened(f, slice(x, 0, 0, 1), {.pools = false}));
    }
}

TEST_CASE("softening says what does not fit") {
    CHECK(error_of<ValueError>([] { softened(relu_net({2, 2}, 1, true), row({1, 2}), {.sharpness = 0}); }) ==
          "soften: sharpness must be above 0 but is 0");
    CHECK_FALSE(softened(of_columns([](auto& x) { return x[0] * x[1]; }), row({1, 2})));
}
