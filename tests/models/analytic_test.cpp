#include <gradpath/models/analytic.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <numeric>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/expr.hpp>

#include "support/close.hpp"

using namespace gradpath;
using models::Analytic;
using models::analytic_function;
using models::analytic_functions;

namespace {

Tensor row(const std::vector<double>& values) {
    return Tensor({1, static_cast<Index>(values.size())}, std::span(values));
}

double value(const Analytic& known, const std::vector<double>& x) { return known.function(row(x)).item(); }

/// The integral of the gradient over 64 equal pieces of the path, five Gauss-Legendre nodes each: kinks at multiples of
/// 1/64 do no harm, and each piece is exact to degree 9.
std::vector<double> integrated(const Analytic& known) {
    constexpr std::array nodes{-0.9061798459386640, -0.5384693101056831, 0.0, 0.5384693101056831, 0.9061798459386640};
    constexpr std::array weights{0.2369268850561891, 0.4786286704993665, 0.5688888888888889, 0.4786286704993665,
                                 0.2369268850561891};
    constexpr int pieces = 64;
    std::vector<double> total(known.x.size());
    for (int piece = 0; piece < pieces; ++piece) {
        for (std::size_t k = 0; k < nodes.size(); ++k) {
            const double t = (piece + (1 + nodes[k]) / 2) / pieces;
            std::vector<double> point(known.x.size());
            for (std::size_t i = 0; i < point.size(); ++i) point[i] = std::lerp(known.baseline[i], known.x[i], t);
            const Tensor z = tracked(row(point));
            const Tensor slope = grad(sum(known.function(z)), z);
            for (std::size_t i = 0; i < point.size(); ++i) {
                total[i] +=
                    (known.x[i] - known.baseline[i]) * slope.at(static_cast<Index>(i)) * weights[k] / 2 / pieces;
            }
        }
    }
    return total;
}

/// The definition: marginal contributions averaged over all orders in which features may join.
std::vector<double> shapley(const Analytic& known) {
    std::vector<std::size_t> order(known.x.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<double> total(known.x.size());
    int orders = 0;
    do {
        std::vector<double> point = known.baseline;
        double before = value(known, point);
        for (const std::size_t i : order) {
            point[i] = known.x[i];
            const double after = value(known, point);
            total[i] += after - before;
            before = after;
        }
        ++orders;
    } while (std::next_permutation(order.begin(), order.end()));
    for (double& share : total) share /= orders;
    return total;
}

void check_close(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) < tolerance);
}

}  // namespace

TEST_CASE("the table holds T1 to T17 in order, each once") {
    std::vector<std::string> ids;
    for (const Analytic& known : analytic_functions()) ids.push_back(known.id);
    CHECK(ids == std::vector<std::string>{"T1",  "T2",  "T3",   "T4",   "T5",   "T6",   "T7",   "T8",
                                          "T9",  "T10", "T11a", "T11b", "T11c", "T11d", "T12a", "T12b",
                                          "T13", "T14", "T15f", "T15g", "T16",  "T17"});
}

TEST_CASE("formula and function are one") {
    for (const Analytic& known : analytic_functions()) {
        CAPTURE(known.id);
        const models::Formula formula = models::parse_formula(known.formula);
        const auto inputs = static_cast<Index>(known.x.size());
        REQUIRE(formula.inputs == inputs);
        CHECK(known.baseline.size() == known.x.size());
        CHECK_FALSE(known.note.empty());
        const Tensor x = random::uniform({50, inputs}, -2, 2, {.seed = 7, .dtype = DType::float64});
        const Tensor a = formula(x), b = known.function(x);
        CHECK(a.shape() == Shape{50, 1});
        CHECK(b.shape() == Shape{50, 1});
        for (Index i = 0; i < 50; ++i) CHECK(a.at(i) == doctest::Approx(b.at(i)).epsilon(tests::kernel<double>));
        CHECK(known.function(x.to(DType::float32)).dtype() == DType::float32);
    }
}

TEST_CASE("integrated gradients sum to the change of the function") {
    for (const Analytic& known : analytic_functions()) {
        CAPTURE(known.id);
        const double change = value(known, known.x) - value(known, known.baseline);
        const auto total = [](const std::vector<double>& shares) {
            return std::accumulate(shares.begin(), shares.end(), 0.0);
        };
        CHECK(total(known.integrated_gradients) == doctest::Approx(change).epsilon(tests::kernel<double>));
        if (!known.shapley.empty())
            CHECK(total(known.shapley) == doctest::Approx(change).epsilon(tests::kernel<double>));
    }
}

TEST_CASE("integrated gradients are the integrals of the gradient") {
    for (const Analytic& known : analytic_functions()) {
        CAPTURE(known.id);
        check_close(known.integrated_gradients, integrated(known), tests::quadrature);
    }
}

TEST_CASE("shapley values are the average over all orders") {
    int with_shapley = 0;
    for (const Analytic& known : analytic_functions()) {
        CAPTURE(known.id);
        if (known.shapley.empty()) continue;
        ++with_shapley;
        check_close(known.shapley, shapley(known), tests::quadrature);
    }
    CHECK(with_shapley == 21);
}

TEST_CASE("closed expressions agree with the decimals of the literature") {
    check_close(analytic_function("T7").integrated_gradients, {3.436564, 2}, 1e-6);
    check_close(analytic_function("T8").integrated_gradients, {0.189661, -0.284491, -0.165953}, 1e-6);
    check_close(analytic_function("T16").integrated_gradients, {0.3243606, 0.3243606}, 1e-7);
}

TEST_CASE("an unknown id is answered with the nearest one") {
    CHECK(analytic_function("T15f").formula == "relu(relu(x1)-1-relu(x2))");
    CHECK_THROWS_AS(analytic_function("T99x"), ValueError);
    CHECK_THROWS_WITH_AS(analytic_function("T11e"),
                         doctest::Contains("analytic: unknown function: got \"T11e\"; did you mean T11"), ValueError);
}
