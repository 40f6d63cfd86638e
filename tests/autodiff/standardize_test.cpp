#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>

#include <gradpath/autodiff/autodiff.hpp>

using namespace gradpath;

namespace {

Tensor draw(const Shape& shape, std::uint64_t seed) {
    return random::normal(shape, {.seed = seed, .dtype = DType::float64});
}
double largest(const Tensor& x) { return x.size() == 0 ? 0 : max(abs(x)).item(); }

}  // namespace

TEST_CASE("standardize gives each group mean 0 and variance 1, and tells what they were") {
    const Tensor x({2, 2, 2}, {1, 3, 10, 20, 5, 7, 30, 40}, DType::float64);
    const auto [y, mean, variance] = standardize(x, {.epsilon = 0});
    CHECK(mean.shape() == Shape{2});
    CHECK(mean.at(0) == 4);
    CHECK(mean.at(1) == 25);
    CHECK(variance.at(0) == 5);
    CHECK(variance.at(1) == 125);
    CHECK(y.at(0) == doctest::Approx(-3 / std::sqrt(5)));
    CHECK(y.at(7) == doctest::Approx(15 / std::sqrt(125)));
}

TEST_CASE("a group of equal numbers becomes zeros, for epsilon above 0") {
    const auto [y, mean, variance] = standardize(full({3, 2}, 7));
    CHECK(same_bits(y, zeros({3, 2})));
    CHECK(same_bits(mean, full({2}, 7)));
    CHECK(same_bits(variance, zeros({2})));
}

TEST_CASE("law: whichever axes tell the groups, means are 0, variances 1, and scale and shift do not matter") {
    CHECK(rc::check("standardize", [] {
        const auto length = [] { return *rc::gen::inRange<Index>(1, 7); };
        const Shape shape{length(), length(), length(), length()};
        const Index first = *rc::gen::inRange<Index>(0, 5), last = *rc::gen::inRange<Index>(first, 5);
        const Standardize o{first, last, 0};
        const Index groups = shape.slice(first, last).size();
        RC_PRE(shape.size() / groups > 1);
        const Tensor x = draw(shape, *rc::gen::inRange<std::uint64_t>(0, 1000));
        const auto [y, mean, variance] = standardize(x, o);
        RC_ASSERT(y.shape() == shape);
        RC_ASSERT(mean.shape() == shape.slice(first, last));
        const Standardized again = standardize(y, o);
        RC_ASSERT(largest(again.mean) < 1e-12);
        RC_ASSERT(largest(again.variance - 1.0) < 1e-12);
        RC_ASSERT(largest(standardize(x * 3.0 - 5.0, o).y - y) < 1e-11);
    }));
}

TEST_CASE("mean and variance alone have their slopes") {
    const Tensor x = tracked(Tensor({4, 1}, {1, 2, 4, 9}, DType::float64));  // mean 4, variance 9.5
    const Tensor of_mean = grad(sum(standardize(x).mean), x), of_variance = grad(sum(standardize(x).variance), x);
    for (Index i = 0; i < 4; ++i) {
        CHECK(of_mean.at(i) == 0.25);
        CHECK(of_variance.at(i) == doctest::Approx(2 * (x.at(i) - 4) / 4));
    }
}

TEST_CASE("fused and plain standardising are equal, value and slope") {
    const Tensor x = draw({4, 3, 5}, 1), weight = draw({4, 3, 5}, 2);
    const auto f = [&](const Tensor& z) { return sum(standardize(z).y * weight); };
    const Graph plain = record(f, x);
    CHECK(std::abs(plain.outputs[0].item() - f(x).item()) < 1e-12);
    const Tensor leaf = tracked(x), one = ones({}, DType::float64);
    CHECK(largest(sweep(plain, {one})[0] - grad(f(leaf), leaf)) < 1e-12);
}

TEST_CASE("rows that are standardised alone have gradients of their own") {
    const Tensor x = draw({3, 6}, 1), weight = draw({6}, 2);
    const auto losses = [](const std::vector<Tensor>& p, const Tensor& rows) {
        return sum(square(standardize(rows, {.first = 0, .last = 1}).y * p[0]), {.axes = {1}});
    };
    const Tensor slopes = per_sample_grad(losses, {weight}, x)[0];
    for (Index row = 0; row < 3; ++row) {
        const Tensor w = tracked(weight);
        const Tensor alone = grad(sum(losses({w}, slice(x, 0, row, row + 1))), w);
        CHECK(largest(reshape(slice(slopes, 0, row, row + 1), {6}) - alone) < 1e-12);
    }
}

TEST_CASE("standardize refuses axes that are not there, empty groups and a negative epsilon") {
    CHECK_THROWS_WITH_AS(standardize(zeros({3})), "standardize: axes 1 to 2 must be axes of x: its shape is (3,)",
                         ShapeError);
    CHECK_THROWS_WITH_AS(standardize(zeros({0, 2})),
                         "standardize: a group must hold at least one number: x has shape (0, 2), and axes 1 to 2 tell "
                         "the groups apart",
                         ShapeError);
    CHECK_THROWS_WITH_AS(standardize(zeros({2, 2}), {.epsilon = -1}),
                         "standardize: epsilon must be at least 0: it is -1", ValueError);
    CHECK(standardize(zeros({0, 2}), {.first = 0, .last = 1}).y.shape() == Shape{0, 2});
}
