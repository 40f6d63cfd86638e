#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <atomic>
#include <cmath>
#include <limits>

#include <gradpath/autodiff/minimize/lbfgs.hpp>

#include "problems.hpp"

using namespace gradpath;
using namespace gradpath::minimize;
using tests::rosenbrock;

namespace {

const DType f64 = DType::float64;
const double inf = std::numeric_limits<double>::infinity();

std::vector<Tensor> at(std::initializer_list<double> x, DType dtype = f64) {
    return {Tensor({static_cast<Index>(x.size())}, x, dtype)};
}
double from_ones(const Tensor& x) { return max(abs(x - 1.0)).item(); }
Tensor bowl(const std::vector<Tensor>& p) { return sum(square(p[0] - 3.0)); }

}  // namespace

TEST_CASE("a search along a line meets both strong Wolfe conditions on random smooth functions") {
    CHECK(rc::check("strong Wolfe", [] {
        const auto draw = [](double low, double high) {
            return low + (high - low) * *rc::gen::inRange(0, 1'000'001) * 1e-6;
        };
        const double bend = draw(0.1, 3), wave = draw(0, 5), pace = draw(0.5, 6), shift = draw(-3, 3);
        const double first = std::pow(10.0, draw(-4, 3));
        const Wolfe options{.decrease = 1e-4, .curvature = draw(0.05, 0.9)};
        Index calls = 0;
        const auto f = [&](double t) {
            ++calls;
            return OnLine{t, bend * t * t + wave * std::sin(pace * t + shift) - 20 * t,
                          2 * bend * t + wave * pace * std::cos(pace * t + shift) - 20};
        };
        const OnLine start = f(0);
        RC_PRE(start.slope < 0);
        calls = 0;
        const Found found = strong_wolfe(f, start, first, 0, options);
        RC_ASSERT(found.holds);
        RC_ASSERT(found.evaluations == calls);
        RC_ASSERT(found.at.value <= start.value + options.decrease * found.at.step * start.slope);
        RC_ASSERT(std::abs(found.at.slope) <= options.curvature * std::abs(start.slope));
    }));
}

TEST_CASE("every step of L-BFGS meets both strong Wolfe conditions, on random bowls with waves") {
    CHECK(rc::check("strong Wolfe", [] {
        const auto n = *rc::gen::inRange<Index>(1, 7);
        const auto seed = *rc::gen::arbitrary<std::uint64_t>();
        const auto draw = [&](const Shape& shape, std::uint64_t stream) {
            return random::uniform(shape, -2, 2, {.seed = seed, .stream = stream, .dtype = f64});
        };
        const Tensor m = draw({n, n}, 0), pace = draw({n}, 1), height = draw({n}, 2);
        const auto f = [&](const std::vector<Tensor>& p) {
            const Tensor column = reshape(p[0], Shape{n, 1});
            return sum(square(matmul(m, column))) + sum(square(p[0])) + sum(height * sin(p[0] * pace));
        };
        Tensor before = draw({n}, 3);
        Lbfgs options;
        options.stop.on_iteration = [&](const Iteration& now) {
            const Tensor after = now.parameters[0], s = after - before;
            const ValueAndGrad from = value_and_grad(f, {before}), to = value_and_grad(f, {after});
            const double slope = sum(from.slopes[0] * s).item(), end = sum(to.slopes[0] * s).item();
            const double rounding = 1e-14 * (1 + std::abs(from.value.item()));
            RC_ASSERT(to.value.item() <= from.value.item() + 1e-4 * slope + rounding);
            RC_ASSERT(std::abs(end) <= 0.9 * std::abs(slope) + rounding);
            before = after;
            return true;
        };
        const Minimum found = lbfgs(f, {before}, options);
        RC_ASSERT(found.converged);
        RC_ASSERT(same_bits(found.parameters[0], before));
    }));
}

TEST_CASE("L-BFGS solves Rosenbrock's function of 2 and of 10 numbers to 1e-8") {
    for (const std::vector<Tensor>& start : {at({-1.2, 1}), std::vector<Tensor>{zeros({10}, f64)}}) {
        const Minimum found = lbfgs(rosenbrock, start);
        CHECK(found.converged);
        CHECK(found.why == Stopped::gradient);
        CHECK(from_ones(found.parameters[0]) < 1e-8);
        CHECK(found.value < 1e-16);
        CHECK(found.gradient_norm <= 1e-8);
        CHECK(found.iterations < 100);
        CHECK(found.evaluations >= found.iterations);
        CHECK_FALSE(found.parameters[0].is_tracked());
        CHECK(same_bits(lbfgs(rosenbrock, start).parameters[0], found.parameters[0]));
    }
}

TEST_CASE("L-BFGS teaches a small net what a teacher of its shape knows, to 1e-8") {
    const tests::Lesson lesson(f64);
    const Minimum found = lbfgs([&](const auto& p) { return lesson.loss(p); }, lesson.parameters(5, 1, f64),
                                {.stop = {.max_iterations = 5000}, .memory = 20});
    CHECK(found.value < 1e-8);
    CHECK(found.parameters.size() == 4);
    CHECK(found.parameters[2].shape() == Shape{8, 1});
}

TEST_CASE("float32 and lists of both dtypes converge as far as rounding lets them") {
    const Minimum narrow = lbfgs(rosenbrock, at({-1.2, 1}, DType::float32));
    CHECK(narrow.parameters[0].dtype() == DType::float32);
    CHECK(from_ones(narrow.parameters[0]) < 1e-3);
    CHECK(narrow.why != Stopped::iterations);
    const auto both = [](const std::vector<Tensor>& p) {
        return sum(square(p[0] - 2.0)) + sum(square(p[1] + 1.0)).to(DType::float32);
    };
    const Minimum mixed = lbfgs(both, {zeros({2}), zeros({3}, f64)});
    CHECK(mixed.parameters[0].at(1) == doctest::Approx(2).epsilon(1e-5));
    CHECK(mixed.parameters[1].at(2) == doctest::Approx(-1).epsilon(1e-5));
    CHECK(mixed.parameters[1].dtype() == f64);
}

TEST_CASE("at the minimum already, without parameters, or allowed no step, L-BFGS stays") {
    const Minimum there = lbfgs(rosenbrock, at({1, 1}));
    CHECK(there.converged);
    CHECK(there.iterations == 0);
    CHECK(there.evaluations == 1);
    CHECK(lbfgs([](const auto&) { return scalar(2, f64); }, {}).value == 2);
    const Minimum still = lbfgs(rosenbrock, at({-1.2, 1}), {.stop = {.max_iterations = 0}});
    CHECK(still.why == Stopped::iterations);
    CHECK_FALSE(still.converged);
    CHECK(still.parameters[0].at(0) == -1.2);
}

TEST_CASE("a function without a minimum ends at the most iterations, not converged") {
    const auto slope = [](const std::vector<Tensor>& p) { return sum(p[0]); };
    const Minimum found = lbfgs(slope, at({0, 0}), {.stop = {.max_iterations = 5}, .search = {.max_evaluations = 4}});
    CHECK(found.why == Stopped::iterations);
    CHECK_FALSE(found.converged);
    CHECK(found.iterations == 5);
    CHECK(found.value < -100);
}

TEST_CASE("a search that meets NaN and infinity walks around them") {
    const auto f = [](const std::vector<Tensor>& p) { return sum(p[0] - log(p[0])); };  // NaN below 0, least at 1
    const Minimum found = lbfgs(f, at({1e-3, 20}));
    CHECK(found.converged);
    CHECK(from_ones(found.parameters[0]) < 1e-7);
    const auto wall = [](double t) { return OnLine{t, t > 0.25 ? inf : -t, t > 0.25 ? inf : -1.0}; };
    const Found best = strong_wolfe(wall, {0, 0, -1}, 1);
    CHECK_FALSE(best.holds);  // it falls all the way to the wall
    CHECK(best.at.step > 0.2);
    CHECK(best.at.step <= 0.25);
}

TEST_CASE("a gradient that lies finds no descent") {
    const auto f = [](const std::vector<Tensor>& p) {  // |x| and the slope of -|x|
        return 2.0 * detached(sum(abs(p[0]))) - sum(abs(p[0]));
    };
    const Minimum found = lbfgs(f, at({1}));
    CHECK(found.why == Stopped::no_descent);
    CHECK_FALSE(found.converged);
    CHECK(found.parameters[0].item() == 1);
}

TEST_CASE("L-BFGS stops for each reason it is given") {
    std::atomic<bool> cancel = false;
    Index told = 0;
    const auto stopped = [](const Stopping& stop) { return lbfgs(rosenbrock, at({-1.2, 1}), {.stop = stop}).why; };
    CHECK(stopped({.gradient_tolerance = 0, .value_tolerance = 0.5}) == Stopped::value);
    CHECK(stopped({.gradient_tolerance = 0, .step_tolerance = 0.1}) == Stopped::step);
    CHECK(stopped({.max_iterations = 3}) == Stopped::iterations);
    CHECK(stopped({.on_iteration = [&](const Iteration& i) { return (told = i.iteration) < 4; }}) == Stopped::caller);
    CHECK(told == 4);
    Stopping cancelling{.cancel = &cancel};
    cancelling.on_iteration = [&](const Iteration&) { return cancel = true; };
    CHECK_THROWS_WITH_AS(stopped(cancelling), "lbfgs: cancelled", Cancelled);
    CHECK(to_text(Stopped::no_descent) == "no descent");
    CHECK(to_text(Stopped::gradient) == "gradient");
}

TEST_CASE("L-BFGS says what does not fit") {
    const auto refused = [](const Lbfgs& options, const char* message) {
        CHECK_THROWS_WITH_AS(lbfgs(bowl, at({0}), options), message, ValueError);
    };
    refused({.memory = 0}, "lbfgs: memory must be at least 1 but is 0");
    refused({.stop = {.max_iterations = -1}}, "lbfgs: max_iterations must not be negative but is -1");
    refused({.stop = {.gradient_tolerance = -1}}, "lbfgs: gradient_tolerance must not be negative but is -1");
    refused({.stop = {.value_tolerance = NAN}}, "lbfgs: value_tolerance must not be negative but is nan");
    refused({.stop = {.step_tolerance = -1}}, "lbfgs: step_tolerance must not be negative but is -1");
    refused({.search = {.decrease = 0.9, .curvature = 0.1}},
            "strong_wolfe: 0 < decrease < curvature < 1 must hold: they are 0.9 and 0.1");
    refused({.search = {.max_evaluations = 0}}, "strong_wolfe: max_evaluations must be at least 1 but is 0");
    CHECK_THROWS_WITH_AS(lbfgs(bowl, {Tensor()}), "lbfgs: parameter 0 is empty", ValueError);
    CHECK_THROWS_WITH_AS(
        lbfgs(bowl, at({inf})),
        "lbfgs: value and gradient must be finite at the start: the value is inf, the largest slope inf", NumericError);
    CHECK_THROWS_WITH_AS(lbfgs([](const auto& p) { return p[0]; }, at({1, 2})),
                         "grad: the output must be one number but has shape (2,); sum it, or use jacobian()",
                         ShapeError);
    const auto flat = [](double t) { return OnLine{t, 0, 0}; };
    CHECK_THROWS_WITH_AS(strong_wolfe(flat, {0, 1, 0}, 1),
                         "strong_wolfe: the start must be finite and its slope negative: value 1, slope 0", ValueError);
    CHECK_THROWS_WITH_AS(strong_wolfe(flat, {0, 1, -1}, 0),
                         "strong_wolfe: the first step must be finite and positive but is 0", ValueError);
}
