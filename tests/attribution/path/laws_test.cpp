// Laws of Integrated Gradients that follow from theory, on random functions.
#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::integrated_gradients;

namespace {

IntegratedGradients exactly(const Tensor& from) {
    return {.baseline = from, .quadrature = {.tolerance = 1e-10, .rule = QuadratureRule::gauss_kronrod}};
}

double value_at(const Model& f, const Tensor& x) { return f(x).at(0); }

}  // namespace

TEST_CASE("monomials share by exponent") {
    for (std::uint64_t trial = 0; trial < 60; ++trial) {
        const Index n = 1 + static_cast<Index>(trial % 5);
        const Indices powers = random::integers({n}, 4, 7, trial);
        const Tensor x = random_tensor({1, n}, trial), from = random_tensor({1, n}, 500 + trial);
        const Model f = [&](const Tensor& z) {
            const Tensor moved = z - from;
            Tensor product = ones({z.rows()}, DType::float64);
            for (Index k = 0; k < n; ++k) product = product * pow(feature(moved, k), static_cast<double>(powers[k]));
            return product;
        };
        double total = 0;
        for (Index k = 0; k < n; ++k) total += static_cast<double>(powers[k]);
        std::vector<double> expected;
        for (Index k = 0; k < n; ++k)
            expected.push_back(total == 0 ? 0 : static_cast<double>(powers[k]) / total * value_at(f, x));
        const Attribution a = integrated_gradients(f, x, {.baseline = from, .quadrature = {.steps = 8}});
        CHECK(largest_difference(numbers(a.values), expected) <= 1e-11 * std::max(1.0, std::abs(value_at(f, x))));
    }
}

TEST_CASE("ridge functions share in proportion to w D") {
    for (std::uint64_t trial = 0; trial < 40; ++trial) {
        const Index n = 1 + static_cast<Index>(trial % 7);
        const Tensor w = random_tensor({n, 1}, trial), x = random_tensor({1, n}, 100 + trial),
                     from = random_tensor({1, n}, 200 + trial);
        const Model f = [&](const Tensor& z) { return tanh(matmul(z, w) + 0.3); };
        const double whole = value_at(f, x) - value_at(f, from);
        double along = 0;
        for (Index k = 0; k < n; ++k) along += w.at(k) * (x.at(k) - from.at(k));
        std::vector<double> expected;
        for (Index k = 0; k < n; ++k) expected.push_back(w.at(k) * (x.at(k) - from.at(k)) / along * whole);
        const Attribution a = integrated_gradients(f, x, exactly(from));
        CHECK(largest_difference(numbers(a.values), expected) <= 1e-9 * std::max(1.0, std::abs(whole / along)));
    }
}

TEST_CASE("quadratic functions take the gradient at the middle") {
    for (std::uint64_t trial = 0; trial < 40; ++trial) {
        const Index n = 1 + static_cast<Index>(trial % 6);
        const Tensor q = random_tensor({n, n}, trial), x = random_tensor({1, n}, 300 + trial),
                     from = random_tensor({1, n}, 400 + trial);
        const Model f = [&](const Tensor& z) { return sum(z * matmul(z, q), {.axes = {1}}) * 0.5 + feature(z, 0); };
        const Tensor middle = (x + from) * 0.5;
        const Tensor slope = (matmul(middle, q) + matmul(middle, q, {.transpose_b = true})) * 0.5;
        std::vector<double> expected;
        for (Index k = 0; k < n; ++k) expected.push_back((x.at(k) - from.at(k)) * (slope.at(k) + (k == 0 ? 1.0 : 0.0)));
        const Attribution a = integrated_gradients(
            f, x, {.baseline = from, .quadrature = {.steps = 1, .rule = QuadratureRule::midpoint}});
        CHECK(largest_difference(numbers(a.values), expected) <= 1e-11);
    }
}

TEST_CASE("multilinear functions get their Shapley values") {
    for (std::uint64_t trial = 0; trial < 30; ++trial) {
        const Tensor c = random_tensor({7}, trial), x = random_tensor({1, 3}, 50 + trial),
                     from = random_tensor({1, 3}, 90 + trial);
        const auto f = of_columns([&](auto& z) {
            return z[0] * c.at(0) + z[1] * c.at(1) + z[2] * c.at(2) + z[0] * z[1] * c.at(3) + z[1] * z[2] * c.at(4) +
                   z[0] * z[2] * c.at(5) + z[0] * z[1] * z[2] * c.at(6);
        });
        const auto coalition = [&](unsigned players) {
            std::vector<double> z;
            for (Index k = 0; k < 3; ++k) z.push_back((players >> k & 1u) != 0 ? x.at(k) : from.at(k));
            return value_at(f, row(z));
        };
        std::vector<double> shapley(3, 0);
        for (unsigned k = 0; k < 3; ++k)
            for (unsigned s = 0; s < 8; ++s)
                if ((s >> k & 1u) == 0) {
                    const int size = __builtin_popcount(s);
                    shapley[k] += (coalition(s | 1u << k) - coalition(s)) / (size == 1 ? 6 : 3);
                }
        const Attribution a = integrated_gradients(f, x, exactly(from));
        CHECK(largest_difference(numbers(a.values), shapley) <= 1e-9);
    }
}

TEST_CASE("bias-free ReLU networks from zero give input times gradient to rounding") {
    for (const DType dtype : {DType::float64, DType::float32})
        for (std::uint64_t trial = 0; trial < 20; ++trial) {
            const Index n = 1 + static_cast<Index>(trial % 9);
            const Model f = relu_net({n, 12, 9, 3}, trial, false, dtype);
            const Tensor x = random_tensor({4, n}, 700 + trial, dtype);
            const Attribution ig = integrated_gradients(f, x, {.quadrature = {.steps = 3}});
            const Attribution product = attribution::input_x_gradient(f, x);
            const double scale = 1 + numbers(max(abs(product.values)))[0];
            CHECK(largest_difference(numbers(ig.values), numbers(product.values)) <=
                  scale * (dtype == DType::float64 ? 1e-13 : 1e-5));
            CHECK(ig.target == product.target);
        }
}

TEST_CASE("linearity: A(aF + bG) = a A(F) + b A(G), with the worked example (7, -1)") {
    const Columns f = [](auto&x) { return square(x[0]) * x[1]; }, g = [](auto&x) { return x[0] * x[1]; };
    const Model both = of_columns([&](auto& x) { return f(x) * 2.0 - g(x) * 3.0; });
    const Attribution a = integrated_gradients(both, row({2, 3}), exactly(row({0, 0})));
    CHECK(largest_difference(numbers(a.values), {7, -1}) <= 1e-12);
}
