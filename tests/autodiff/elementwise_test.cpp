// Closed forms, edges of the domain and kinks of the formulas of one and two numbers, on every instruction set.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include <gradpath/autodiff/autodiff.hpp>

#include "kernels/sets.hpp"

using namespace gradpath;

namespace {

using Formula = Tensor (*)(const Tensor&);

const double inf = std::numeric_limits<double>::infinity(), not_a_number = std::numeric_limits<double>::quiet_NaN();
const double pi = std::numbers::pi;

Tensor at(double x, DType dtype = DType::float64) { return Tensor({1}, {x}, dtype); }
double slope(const auto& f, double x) {
    const Tensor t = tracked(at(x));
    return grad(sum(f(t)), t).item();
}
double curvature(const auto& f, double x) {
    const Tensor t = tracked(at(x));
    return grad(sum(grad(sum(f(t)), t, {.differentiable = true})), t).item();
}

}  // namespace

TEST_CASE("known values and slopes of the elementary functions") {
    struct Known {
        Formula f;
        double x, y, dy;
    };
    const Known table[] = {{tan, pi / 4, 1, 2},
                           {asin, 0.6, std::asin(0.6), 1.25},
                           {asin, 0.5, pi / 6, 2 / std::sqrt(3)},
                           {acos, 0.6, std::acos(0.6), -1.25},
                           {acos, 0.5, pi / 3, -2 / std::sqrt(3)},
                           {atan, 1, pi / 4, 0.5},
                           {atan, -2, -std::atan(2), 0.2},
                           {sinh, std::log(2), 0.75, 1.25},
                           {cosh, std::log(2), 1.25, 0.75},
                           {asinh, 0.75, std::log(2), 0.8},
                           {acosh, 1.25, std::log(2), 4.0 / 3},
                           {atanh, 0.6, std::log(2), 1 / 0.64},
                           {rsqrt, 4, 0.5, -1.0 / 16},
                           {expm1, std::log(3), 2, 3},
                           {log1p, 1, std::log(2), 0.5},
                           {silu, 0, 0, 0.5},
                           {silu, 1, 1 / (1 + std::exp(-1)), 0.92767051187148673},
                           {gelu_tanh, 0, 0, 0.5}};
    tests::each_set([&](const std::string&) {
        for (const Known& known : table) {
            CAPTURE(known.x);
            CAPTURE(known.y);
            CHECK(tests::close(known.f(at(known.x)).item(), known.y, 1e-14));
            CHECK(tests::close(slope(known.f, known.x), known.dy, 1e-14));
            CHECK(tests::close(known.f(at(known.x, DType::float32)).item(), known.y, 1e-6));
        }
    });
}

TEST_CASE("at the edges of their domains functions are what IEEE 754 recommends") {
    struct Edge {
        Formula f;
        double x, y;
    };
    const Edge table[] = {{asin, 1, pi / 2},
                          {asin, -1, -pi / 2},
                          {asin, 1.5, not_a_number},
                          {acos, 1, 0},
                          {acos, -1, pi},
                          {acos, -1.5, not_a_number},
                          {atan, inf, pi / 2},
                          {atan, -inf, -pi / 2},
                          {acosh, 1, 0},
                          {acosh, 0.5, not_a_number},
                          {acosh, -1e7, not_a_number},
                          {acosh, inf, inf},
                          {atanh, 1, inf},
                          {atanh, -1, -inf},
                          {atanh, 2, not_a_number},
                          {asinh, -inf, -inf},
                          {log1p, -1, -inf},
                          {log1p, -2, not_a_number},
                          {log1p, inf, inf},
                          {expm1, -inf, -1},
                          {expm1, inf, inf},
                          {rsqrt, 0, inf},
                          {rsqrt, -0.0, -inf},
                          {rsqrt, -1, not_a_number},
                          {rsqrt, inf, 0},
                          {sinh, -inf, -inf},
                          {cosh, -inf, inf},
                          {tan, inf, not_a_number},
                          {floor, -inf, -inf},
                          {round, inf, inf},
                          {silu, inf, inf},
                          {gelu_tanh, inf, inf},
                          {silu, -1e30, 0},
                          {gelu_tanh, -60, 0},
                          {gelu_tanh, 1e30, 1e30}};
    tests::each_set([&](const std::string&) {
        for (const DType dtype : {DType::float32, DType::float64})
            for (const Edge& edge : table) {
                CAPTURE(edge.x);
                CAPTURE(edge.y);
                CHECK(tests::close(edge.f(at(edge.x, dtype)).item(), edge.y, 1e-7));
                CHECK(std::isnan(edge.f(at(not_a_number, dtype)).item()));
            }
    });
}

TEST_CASE("expm1, log1p and the odd functions keep small numbers and the sign of zero") {
    tests::each_set([](const std::string&) {
        for (const DType dtype : {DType::float32, DType::float64})
            for (const Formula f : {Formula(expm1), Formula(log1p), Formula(tan), Formula(asin), Formula(atan),
                                    Formula(sinh), Formula(asinh), Formula(atanh), Formula(sin)}) {
                CHECK(f(at(1e-20, dtype)).item() == at(1e-20, dtype).item());
                CHECK(std::signbit(f(at(-0.0, dtype)).item()));
                CHECK_FALSE(std::signbit(f(at(0.0, dtype)).item()));
            }
    });
    CHECK(tests::close(slope(Formula(expm1), -40), std::exp(-40), 1e-13));
}

TEST_CASE("tan is huge beside its pole, and finite") {
    tests::each_set([](const std::string&) {
        CHECK(tests::close(tan(at(pi / 2)).item(), std::tan(pi / 2), 1e-13));
        CHECK(tests::close(tan(at(-11 * pi / 2)).item(), std::tan(-11 * pi / 2), 1e-12));
        CHECK(tests::close(tan(at(1e300)).item(), std::tan(1e300), 1e-13));
    });
}

TEST_CASE("exponentials are right up to the largest numbers, logarithms down to the smallest") {
    tests::each_set([](const std::string&) {
        CHECK(tests::close(exp(at(709.7)).item(), std::exp(709.7), 1e-13));
        CHECK(tests::close(expm1(at(709.7)).item(), std::expm1(709.7), 1e-13));
        CHECK(tests::close(exp(at(88.5, DType::float32)).item(), std::exp(88.5), 1e-6));
        CHECK(tests::close(sinh(at(-710.2)).item(), std::sinh(-710.2), 1e-13));
        CHECK(tests::close(log(at(1e-310)).item(), std::log(1e-310), 1e-13));
    });
}

TEST_CASE("inverse functions undo each other") {
    const Tensor x = random::uniform({400}, -0.99, 0.99, {.seed = 5, .dtype = DType::float64});
    for (const Tensor& back : {tan(atan(x)), sin(asin(x)), cos(acos(x)), sinh(asinh(x)), tanh(atanh(x)), atanh(tanh(x)),
                               asinh(sinh(x)), log1p(expm1(x)), expm1(log1p(x)), cosh(acosh(x + 2.0)) - 2.0})
        CHECK(max(abs(back - x)).item() < 1e-13);
}

TEST_CASE("floor rounds down, round to the nearest with halves to even, and neither has a slope") {
    const Tensor x = Tensor({8}, {-2.5, -1.5, -0.5, -0.2, 0.5, 1.5, 2.5, 2.7});
    CHECK(same_bits(floor(x), Tensor({8}, {-3, -2, -1, -1, 0, 1, 2, 2})));
    CHECK(same_bits(round(x), Tensor({8}, {-2, -2, -0.0, -0.0, 0, 2, 2, 3})));
    CHECK_FALSE(floor(tracked(x)).is_tracked());
    CHECK_FALSE(round(tracked(x)).is_tracked());
}

TEST_CASE("the tanh form of gelu is the paper's, and near the exact form") {
    const Tensor x = arange(1601, DType::float64) / 100.0 - 8.0;
    const Tensor paper = x * 0.5 * (tanh((x + pow(x, 3.0) * 0.044715) * std::sqrt(2 / pi)) + 1.0);
    CHECK(max(abs(gelu_tanh(x) - paper)).item() < 1e-15);
    CHECK(max(abs(gelu_tanh(x) - gelu(x))).item() < 5e-4);
}

TEST_CASE("atan2 is the angle of a point in each quadrant, with signed zeros and infinities") {
    tests::each_set([](const std::string&) {
        const double values[] = {0.0, -0.0, 1, -1, 2, -3, inf, -inf};
        for (const double y : values)
            for (const double x : values) {
                CAPTURE(y);
                CAPTURE(x);
                const double angle = atan2(at(y), at(x)).item();
                CHECK(tests::close(angle, std::atan2(y, x), 1e-14));
                CHECK(std::signbit(angle) == std::signbit(std::atan2(y, x)));
            }
    });
    for (const double y : {3.0, -3.0})
        for (const double x : {4.0, -4.0}) {
            CHECK(slope([&](const Tensor& t) { return atan2(t, at(x)); }, y) == doctest::Approx(x / 25));
            CHECK(slope([&](const Tensor& t) { return atan2(at(y), t); }, x) == doctest::Approx(-y / 25));
        }
    CHECK(std::isnan(slope([](const Tensor& t) { return atan2(t, at(0)); }, 0)));
}

TEST_CASE("comparisons are masks, and NaN differs from everything") {
    const Tensor a = Tensor({4}, {1, 2, 3, not_a_number}), b = Tensor({4}, {2, 2, 2, not_a_number});
    CHECK(same_bits(less(a, b), Tensor({4}, {1, 0, 0, 0})));
    CHECK(same_bits(less_equal(a, b), Tensor({4}, {1, 1, 0, 0})));
    CHECK(same_bits(not_equal(a, b), Tensor({4}, {1, 0, 1, 1})));
    CHECK(same_bits(less(a, 2.0), less(a, full({4}, 2))));
    CHECK(same_bits(less_equal(a, 2.0), Tensor({4}, {1, 1, 0, 0})));
    CHECK(same_bits(not_equal(a, 2.0), Tensor({4}, {1, 0, 1, 1})));
    CHECK_FALSE(less(tracked(a), 2.0).is_tracked());
}

TEST_CASE("leaky_relu leaks by its slope, which a tensor makes a parameter") {
    const Tensor x = Tensor({2, 3}, {-2, 0, 3, -1, -0.5, 1});
    CHECK(same_bits(leaky_relu(x, 0.5), Tensor({2, 3}, {-1, 0, 3, -0.5, -0.25, 1})));
    CHECK(std::isnan(leaky_relu(at(not_a_number)).item()));
    CHECK(leaky_relu(at(-1)).item() == -0.01);
    CHECK(leaky_relu(at(-1, DType::float32)).dtype() == DType::float32);
    const Tensor parameter = tracked(Tensor({3}, {0.5, 0.25, 2}));
    const Tensor y = leaky_relu(slice(x, 0, 0, 1), parameter);
    CHECK(same_bits(y, Tensor({1, 3}, {-1, 0, 3})));
    CHECK(same_bits(grad(sum(y), parameter), Tensor({3}, {-2, 0, 0})));
    CHECK(slope([](const Tensor& t) { return leaky_relu(t, 0.25); }, 0) == 0.25);
}

TEST_CASE("elu saturates at -alpha, and large numbers leave its derivatives finite") {
    CHECK(elu(at(-800)).item() == -1);
    CHECK(elu(at(-1), 2.0).item() == doctest::Approx(2 * std::expm1(-1)));
    CHECK(elu(at(5), 2.0).item() == 5);
    CHECK(std::isnan(elu(at(not_a_number)).item()));
    const auto f = [](const Tensor& t) { return elu(t, 2.0); };
    CHECK(slope(f, 0) == 2);
    CHECK(slope(f, -1) == doctest::Approx(2 * std::exp(-1)));
    CHECK(curvature(f, -1) == doctest::Approx(2 * std::exp(-1)));
    CHECK(slope(f, 1e4) == 1);
    CHECK(curvature(f, 1e4) == 0);
    CHECK(slope([](const Tensor& alpha) { return elu(at(-1), alpha); }, 2) == doctest::Approx(std::expm1(-1)));
    CHECK(slope([](const Tensor& alpha) { return elu(at(1e4), alpha); }, 2) == 0);
}

TEST_CASE("selu keeps mean 0 and variance 1 of a normal input, as its constants promise") {
    const double step = 1e-3;
    const Tensor x = (arange(24001, DType::float64) - 12000.0) * step;  // the kink is a node of the sum
    const Tensor density = exp(square(x) * -0.5) / std::sqrt(2 * pi);
    CHECK(std::abs(sum(selu(x) * density).item() * step) < 1e-6);
    CHECK(std::abs(sum(square(selu(x)) * density).item() * step - 1) < 1e-6);
}

TEST_CASE("clamp keeps what lies between its bounds, with half the slope on them") {
    const Tensor x = tracked(Tensor({5}, {-2, -1, 0.5, 2, 3}));
    const Tensor y = clamp(x, -1, 2);
    CHECK(same_bits(y, Tensor({5}, {-1, -1, 0.5, 2, 2})));
    CHECK(same_bits(grad(sum(y), x), Tensor({5}, {0, 0.5, 1, 0.5, 0})));
    CHECK(same_bits(hardtanh(x), Tensor({5}, {-1, -1, 0.5, 1, 1})));
    CHECK(std::isnan(clamp(at(not_a_number), -1, 2).item()));
    CHECK(same_bits(hardtanh(x, 0, 2), clamp(x, 0, 2)));
    CHECK(clamp(at(7), -inf, inf).item() == 7);
    CHECK(clamp(zeros({0, 3}), 0, 1).shape() == Shape{0, 3});
    CHECK_THROWS_WITH_AS(clamp(x, 2, 1), "clamp: low must not exceed high: they are 2 and 1; swap them", ValueError);
    CHECK_THROWS_AS(clamp(x, not_a_number, 1), ValueError);
}

TEST_CASE("formulas of two numbers refuse shapes and dtypes that do not go together, by name") {
    CHECK_THROWS_AS(atan2(zeros({2}), zeros({3})), ShapeError);
    CHECK_THROWS_AS(leaky_relu(zeros({2}), zeros({2}, DType::float64)), DTypeError);
}
