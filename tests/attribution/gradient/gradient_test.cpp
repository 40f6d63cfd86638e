#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::gradient;
using attribution::input_x_gradient;

TEST_CASE("the gradient of a quadratic is its closed form, sign and all") {
    const Model f = of_columns([](auto& x) { return square(x[0]) - x[0] * x[1] * 3.0; });
    CHECK(numbers(gradient(f, row({2, 5})).values) == std::vector<double>{4 - 15, -6});
    CHECK(numbers(input_x_gradient(f, row({2, 5})).values) == std::vector<double>{2.0 * (4 - 15), 5.0 * -6});
}

TEST_CASE("gradient and input times gradient are blind to saturation, Integrated Gradients is not") {
    const Model f = of_columns([](auto& x) { return 1.0 - relu(1.0 - x[0]); });
    CHECK(gradient(f, row({2})).values.at(0) == 0);
    CHECK(input_x_gradient(f, row({2})).values.at(0) == 0);
    CHECK(attribution::integrated_gradients(f, row({2})).values.at(0) == doctest::Approx(1));
}

TEST_CASE("gradients agree with central differences on images") {
    const Tensor filters = random_tensor({3, 2, 3, 3}, 1), dense = random_tensor({3 * 16, 2}, 2);
    const Model f = [=](const Tensor& x) { return matmul(flatten(tanh(conv2d(x, filters, {.padding = 1}))), dense); };
    const Tensor x = random_tensor({2, 2, 4, 4}, 3);
    const Attribution a = gradient(f, x, {.target = Index{1}});
    REQUIRE(a.values.shape() == x.shape());
    for (const Index k : {Index{0}, Index{13}, Index{63}}) {
        std::vector<double> up = numbers(x), down = up;
        up[static_cast<std::size_t>(k)] += 1e-6;
        down[static_cast<std::size_t>(k)] -= 1e-6;
        const auto value = [&](const std::vector<double>& z) {
            return f(Tensor(x.shape(), std::span<const double>(z))).at(k < 32 ? 1 : 3);
        };
        CHECK(a.values.at(k) == doctest::Approx((value(up) - value(down)) / 2e-6).epsilon(1e-6));
    }
}

TEST_CASE("a function that ignores a feature, or all of them, gives exactly zero") {
    const Model f = of_columns([](auto& x) { return square(x[0]) * x[1]; });
    CHECK(gradient(f, row({2, 3, 7})).values.at(2) == 0);
    const Model constant = [](const Tensor& x) { return ones({x.rows()}, x.dtype()); };
    CHECK(numbers(gradient(constant, row({2, 3})).values) == std::vector<double>{0, 0});
}

TEST_CASE("a tracked input explains like an untracked one") {
    const Model f = relu_net({3, 4, 2}, 1, true);
    const Tensor x = random_tensor({2, 3}, 1);
    CHECK(same_bits(gradient(f, tracked(x)).values, gradient(f, x).values));
    CHECK_FALSE(gradient(f, tracked(x)).values.is_tracked());
}

TEST_CASE("rows without a feature axis are features of their own") {
    const Model f = [](const Tensor& x) { return square(x); };
    CHECK(numbers(gradient(f, Tensor({3}, {1, 2, 3}, DType::float64)).values) == std::vector<double>{2, 4, 6});
}
