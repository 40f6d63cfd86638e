// Reductions beyond sums: what they are on random shapes, their slopes where a plain formula has none, running sums.
#include "../laws.hpp"
#include "support/close.hpp"
#include "support/refused.hpp"

#include <limits>

#include <xtensor/xmath.hpp>

using namespace gradpath;
using namespace gradpath::tests;
using xt::xarray;

namespace {

const DType f64 = DType::float64;
const double inf = std::numeric_limits<double>::infinity(), not_a_number = std::numeric_limits<double>::quiet_NaN();

Tensor row(std::initializer_list<double> values) { return Tensor({static_cast<Index>(values.size())}, values, f64); }

template <class F>
Tensor slope(F f, const Tensor& x) {
    const Tensor t = tracked(x);
    return grad(sum(f(t)), t);
}

/// Some axes of a shape, at least one.
std::vector<std::size_t> random_axes(std::size_t rank) {
    std::vector<std::size_t> axes;
    for (std::size_t i = 0; i < rank; ++i)
        if (*rc::gen::arbitrary<bool>()) axes.push_back(i);
    if (axes.empty()) axes.push_back(rank - 1);
    return axes;
}

}  // namespace

TEST_CASE("min, prod, variance and norms over random axes are xtensor's") {
    holds("reductions", [] {
        const auto lengths = random_lengths(1);
        const auto same = random_axes(lengths.size());
        const std::vector<Index> axes(same.begin(), same.end());
        const Tensor x = draw(lengths, 0);
        const xarray<double> oracle = copy_of(x), size = xt::abs(oracle);
        RC_ASSERT(distance(min(x, {.axes = axes}), xarray<double>(xt::amin(oracle, same))) == 0);
        RC_ASSERT(distance(prod(x, {.axes = axes}), xarray<double>(xt::prod(oracle, same))) < 1e-15);
        const xarray<double> variances = xt::variance(oracle, same), two = xt::sqrt(xt::sum(size * size, same));
        RC_ASSERT(distance(variance(x, {.axes = axes}), variances) < 1e-15);
        RC_ASSERT(distance(standard_deviation(x, {.axes = axes}), xt::sqrt(variances)) < 1e-15);
        RC_ASSERT(distance(norm(x, 2, {.axes = axes}), two) < 1e-14);
        RC_ASSERT(distance(norm(x, 1, {.axes = axes}), xarray<double>(xt::sum(size, same))) < 1e-13);
        RC_ASSERT(distance(norm(x, inf, {.axes = axes}), xarray<double>(xt::amax(size, same))) == 0);
        const xarray<double> three = xt::pow(xt::sum(size * size * size, same), 1.0 / 3);
        RC_ASSERT(distance(norm(x, 3, {.axes = axes}), three) < 1e-14);
        RC_ASSERT(min(x, {.axes = axes, .keep = true}).rank() == x.rank());
        RC_ASSERT(prod(x, {.axes = axes, .keep = true}).rank() == x.rank());
        RC_ASSERT(norm(x, 3, {.axes = axes, .keep = true}).rank() == x.rank());
    });
}

TEST_CASE("the slope of a product is the product of the others, whatever is zero") {
    const auto product = [](const Tensor& x) { return prod(x); };
    CHECK(same_bits(slope(product, row({2, 3, 5})), row({15, 10, 6})));
    CHECK(same_bits(slope(product, row({2, 0, 5})), row({0, 10, 0})));
    CHECK(same_bits(slope(product, row({0, 7, 0})), row({0, 0, 0})));
    CHECK(same_bits(hessian(product, row({0, 7, 0})), Tensor({3, 3}, {0, 0, 7, 0, 0, 0, 7, 0, 0}, f64)));
    CHECK(same_bits(hessian(product, row({2, 0, 5})), Tensor({3, 3}, {0, 5, 0, 5, 0, 2, 0, 2, 0}, f64)));
}

TEST_CASE("reductions of nothing and of one number") {
    CHECK(prod(zeros({0})).item() == 1);
    CHECK(same_bits(prod(zeros({2, 0, 3}), {.axes = {1}}), ones({2, 3})));
    CHECK(prod(scalar(3)).item() == 3);
    CHECK(same_bits(norm(zeros({2, 0}), 2, {.axes = {1}}), zeros({2})));
    CHECK(norm(zeros({0}), inf).item() == 0);
    CHECK(variance(row({4})).item() == 0);
    CHECK(min(scalar(-2)).item() == -2);
    CHECK(cumsum(zeros({2, 0})).shape() == Shape{2, 0});
    CHECK(cumsum(zeros({0, 2})).shape() == Shape{0, 2});
}

TEST_CASE("min shares its slope among ties, and NaN wins") {
    CHECK(same_bits(slope([](const Tensor& x) { return min(x); }, row({1, 3, 1, 2})), row({0.5, 0, 0.5, 0})));
    CHECK(std::isnan(min(row({1, not_a_number, -inf})).item()));
    CHECK(argmin(Tensor({2, 3}, {3, 1, 1, 0, 5, -1}), 1)[0] == 1);
    CHECK(argmin(Tensor({2, 3}, {3, 1, 1, 0, 5, -1}), 0)[1] == 0);
    CHECK(argmin(row({1, not_a_number, -inf}))[0] == 1);
}

TEST_CASE("a correction of one divides by one less") {
    const Tensor x = row({1, 2, 3, 4});
    CHECK(variance(x).item() == 1.25);
    CHECK(variance(x, {}, 1).item() == doctest::Approx(5.0 / 3).epsilon(1e-15));
    CHECK(standard_deviation(x, {}, 1).item() == doctest::Approx(std::sqrt(5.0 / 3)).epsilon(1e-15));
    CHECK(variance(row({1e8, 1e8 + 1})).item() == 0.25);  // no difference of large squares
}

TEST_CASE("norms and deviations have slope 0 at 0, and no NaN at any order") {
    for (const double p : {0.5, 1.0, 1.5, 2.0, 3.0, inf}) {
        CAPTURE(p);
        const auto f = [p](const Tensor& x) { return norm(x, p, {.axes = {1}}); };
        const Tensor x({2, 2}, {0, 0, 0, -3}, f64);
        CHECK(same_bits(f(x), row({0, 3})));
        CHECK(same_bits(slope(f, x), Tensor({2, 2}, {0, 0, 0, -1}, f64)));
        const Tensor curvature = hvp([&](const Tensor& z) { return sum(f(z)); }, x, ones_like(x));
        CHECK(std::isfinite(sum(curvature).item()));
    }
    CHECK(same_bits(slope([](const Tensor& x) { return standard_deviation(x); }, row({2, 2})), row({0, 0})));
    // the Hessian of a length is (1 - n nᵀ) / length, zeros in x or not
    CHECK(
        same_bits(hessian([](const Tensor& x) { return norm(x); }, row({0, 2})), Tensor({2, 2}, {0.5, 0, 0, 0}, f64)));
}

TEST_CASE("norms neither overflow nor vanish") {
    CHECK(norm(Tensor({2}, {3e30, 4e30})).item() == doctest::Approx(5e30));
    CHECK(close(norm(Tensor({2}, {3e-30, 4e-30})).item(), 5e-30, kernel<float>));
    CHECK(norm(Tensor({2}, {1e30, 1e30}), 3).item() == doctest::Approx(std::cbrt(2.0) * 1e30));
    CHECK(norm(row({1, -inf})).item() == inf);
    for (const double p : {0.5, 1.0, 2.0, inf}) CHECK(std::isnan(norm(row({1, not_a_number, 2}), p).item()));
}

TEST_CASE("running sums are the sums of what came before") {
    holds("cumsum", [] {
        const auto lengths = random_lengths(1);
        const Tensor x = draw(lengths, 1);
        const Index axis = any(0, x.rank()), length = x.shape()[axis];
        const Tensor y = cumsum(x, axis), before = cumsum(x, axis, {.exclusive = true});
        for (Index i = 0; i < length; ++i) {
            const Tensor so_far = sum(slice(x, axis, 0, i + 1), {.axes = {axis}, .keep = true});
            RC_ASSERT(distance(slice(y, axis, i, i + 1), copy_of(so_far)) < 1e-14);
        }
        RC_ASSERT(distance(y - x, copy_of(before)) < 1e-14);
        RC_ASSERT(same_bits(cumsum(x, axis, {.reverse = true}), flip(cumsum(flip(x, {axis}), axis), {axis})));
    });
}

TEST_CASE("running sums of small numbers are not lost in a large one") {
    const Index n = 1 << 14;
    const Tensor x = concat({full({1}, 1 << 24), ones({n})});  // 2^24 + 1 is no float32
    CHECK(cumsum(x).at(n) == (1 << 24) + n);
    const Tensor wide = tile(reshape(x, {-1, 1}), {1, 130});  // three strips of columns
    const Tensor sums = cumsum(wide, 0);
    for (const Index column : {0, 63, 64, 129}) CHECK(sums.at(n * 130 + column) == (1 << 24) + n);
}

TEST_CASE("reductions refuse what they cannot do, and say why") {
    const Tensor x = ones({2, 3});
    check_refused({
        {[] { (void)min(zeros({0})); }, "min: there must be at least one element to compare: the shape is (0,)"},
        {[&] {
             (void)argmin(zeros({2, 0}), 1);
         },
         "argmin: axis 1 is empty: the shape is (2, 0)"},
        {[&] { (void)prod(x, {.axes = {2}}); }, "prod: there is no axis 2: the rank is 2"},
        {[&] { (void)variance(x, {.axes = {1}}, 3); },
         "variance: there must be more elements than the correction: 3 and 3"},
        {[&] { (void)variance(zeros({0})); }, "variance: there must be more elements than the correction: 0 and 0"},
        {[&] { (void)standard_deviation(scalar(1), {}, 1); },
         "standard_deviation: there must be more elements than the correction: 1 and 1"},
        {[&] { (void)norm(x, 0); }, "norm: p must be positive: got 0"},
        {[&] { (void)norm(x, not_a_number); }, "norm: p must be positive: got nan"},
        {[&] {
             (void)norm(x, 2, {.axes = {0, 0}});
         },
         "norm: an axis is named twice"},
        {[&] { (void)cumsum(x, 2); }, "cumsum: there is no axis 2: the rank is 2"},
    });
}
