#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <limits>

#include <gradpath/autodiff/minimize/gauss_newton.hpp>

#include "problems.hpp"

using namespace gradpath;
using namespace gradpath::minimize;
using tests::rosenbrock_residuals;

namespace {

const DType f64 = DType::float64;

std::vector<Tensor> at(std::initializer_list<double> x, DType dtype = f64) {
    return {Tensor({static_cast<Index>(x.size())}, x, dtype)};
}

}  // namespace

TEST_CASE("Gauss-Newton solves Rosenbrock's function of 2 and of 10 numbers to 1e-8") {
    for (const std::vector<Tensor>& start : {at({-1.2, 1}), std::vector<Tensor>{zeros({10}, f64)}}) {
        const Minimum found = gauss_newton(rosenbrock_residuals, start);
        CHECK(found.converged);
        CHECK(max(abs(found.parameters[0] - 1.0)).item() < 1e-8);
        CHECK(found.value < 1e-16);
        CHECK(found.gradient_norm <= 1e-8);
        CHECK_FALSE(found.parameters[0].is_tracked());
        CHECK(same_bits(gauss_newton(rosenbrock_residuals, start).parameters[0], found.parameters[0]));
    }
}

TEST_CASE("Gauss-Newton teaches a small net what a teacher of its shape knows, to 1e-8") {
    const tests::Lesson lesson(f64);
    const Minimum found = gauss_newton([&](const auto& p) { return lesson.residuals(p); }, lesson.parameters(5, 1, f64),
                                       {.stop = {.max_iterations = 1000}});
    CHECK(found.value < 1e-8);
    CHECK(found.parameters[2].shape() == Shape{8, 1});
}

TEST_CASE("a straight line through points is the normal equations' in a few steps, and keeps its residual") {
    const Tensor x = arange(4, f64), y = Tensor({4}, {1, 3, 2, 5}, f64);  // least squares: 1.1 + 1.1 x, ½ Σ r² = 1.35
    const auto line = [&](const std::vector<Tensor>& p) { return p[0] + p[1] * x - y; };
    const Minimum found = gauss_newton(line, {scalar(0, f64), scalar(0, f64)});
    CHECK(found.converged);
    CHECK(found.parameters[0].item() == doctest::Approx(1.1).epsilon(1e-7));
    CHECK(found.parameters[1].item() == doctest::Approx(1.1).epsilon(1e-7));
    CHECK(found.value == doctest::Approx(1.35).epsilon(1e-12));
    CHECK(found.iterations < 10);
}

TEST_CASE("residuals of any shape, fewer than the parameters, and a Jacobian without full rank") {
    const auto product = [](const std::vector<Tensor>& p) { return reshape(p[0] * p[1] - 6.0, {1, 1, 1}); };
    const Minimum found = gauss_newton(product, {scalar(1, f64), scalar(2, f64)});
    CHECK(found.converged);
    CHECK(found.parameters[0].item() * found.parameters[1].item() == doctest::Approx(6).epsilon(1e-8));
    const auto nothing = [](const std::vector<Tensor>& p) { return slice(p[0], 0, 0, 0); };
    CHECK(gauss_newton(nothing, at({1, 2})).converged);
}

TEST_CASE("the units of the parameters do not matter, and one without effect stays where it is") {
    const Tensor units = Tensor({3}, {1e-6, 1e5, 0}, f64);
    const auto scaled = [&](const std::vector<Tensor>& p) {
        return rosenbrock_residuals({slice(p[0] * units, 0, 0, 2)});
    };
    const Minimum plain = gauss_newton(rosenbrock_residuals, at({-1.2, 1}));
    const Minimum found = gauss_newton(scaled, at({-1.2e6, 1e-5, 7}));
    CHECK(std::abs(found.iterations - plain.iterations) <= 3);
    CHECK(found.parameters[0].at(0) == doctest::Approx(1e6).epsilon(1e-7));
    CHECK(found.parameters[0].at(1) == doctest::Approx(1e-5).epsilon(1e-7));
    CHECK(found.parameters[0].at(2) == 7);
}

TEST_CASE("float32 converges as far as rounding lets it") {
    const Minimum found = gauss_newton(rosenbrock_residuals, at({-1.2, 1}, DType::float32));
    CHECK(found.parameters[0].dtype() == DType::float32);
    CHECK(max(abs(found.parameters[0] - 1.0)).item() < 1e-5);
    CHECK(found.why != Stopped::iterations);
}

TEST_CASE("at the minimum already, or allowed no step, Gauss-Newton stays") {
    const Minimum there = gauss_newton(rosenbrock_residuals, at({1, 1}));
    CHECK(there.converged);
    CHECK(there.iterations == 0);
    const Minimum still = gauss_newton(rosenbrock_residuals, at({-1.2, 1}), {.stop = {.max_iterations = 0}});
    CHECK(still.why == Stopped::iterations);
    CHECK(still.parameters[0].at(0) == -1.2);
}

TEST_CASE("residuals without a minimum end at the most iterations, not converged") {
    const auto f = [](const std::vector<Tensor>& p) { return exp(-p[0]); };
    const Minimum found = gauss_newton(f, at({0}), {.stop = {.max_iterations = 5, .gradient_tolerance = 0}});
    CHECK(found.why == Stopped::iterations);
    CHECK_FALSE(found.converged);
    CHECK(found.iterations == 5);
}

TEST_CASE("a step into NaN is refused and shortened") {
    const auto f = [](const std::vector<Tensor>& p) { return log(p[0]) - 2.0; };  // from 20 the first step goes below 0
    const Minimum found = gauss_newton(f, at({20}), {.damping = 1e-9});
    CHECK(found.converged);
    CHECK(found.parameters[0].item() == doctest::Approx(std::exp(2)).epsilon(1e-7));
}

TEST_CASE("a Jacobian that lies finds no descent") {
    const auto f = [](const std::vector<Tensor>& p) { return 2.0 * detached(p[0]) - p[0]; };
    const Minimum found = gauss_newton(f, at({1}));
    CHECK(found.why == Stopped::no_descent);
    CHECK_FALSE(found.converged);
    CHECK(found.parameters[0].item() == 1);
}

TEST_CASE("Gauss-Newton stops for the caller, and says what does not fit") {
    std::atomic<bool> cancel = true;
    const auto run = [](const Stopping& stop) {
        return gauss_newton(rosenbrock_residuals, at({-1.2, 1}), {.stop = stop});
    };
    CHECK(run({.on_iteration = [](const Iteration& i) { return i.iteration < 2; }}).iterations == 2);
    CHECK_THROWS_WITH_AS(run({.cancel = &cancel}), "gauss_newton: cancelled", Cancelled);
    CHECK_THROWS_WITH_AS(gauss_newton(rosenbrock_residuals, {}), "gauss_newton: there must be at least one parameter",
                         ValueError);
    CHECK_THROWS_WITH_AS(gauss_newton(rosenbrock_residuals, at({1, 2}), {.damping = 0}),
                         "gauss_newton: damping must be finite and above 0 but is 0", ValueError);
    CHECK_THROWS_WITH_AS(gauss_newton(rosenbrock_residuals, {ones({2}), ones({2}, f64)}),
                         "gauss_newton: inputs must have one dtype: got float32 and float64; convert with .to()",
                         DTypeError);
    CHECK_THROWS_WITH_AS(
        gauss_newton([](const auto& p) { return log(p[0]); }, at({0})),
        "gauss_newton: value and gradient must be finite at the start: the value is inf, the largest slope inf",
        NumericError);
}
