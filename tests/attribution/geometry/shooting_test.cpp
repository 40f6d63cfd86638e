#include <attribution/geometry/functions.hpp>
#include <gradpath/attribution/geometry/runge_kutta.hpp>
#include <gradpath/attribution/geometry/shooting.hpp>
#include <support/refused.hpp>

using namespace geometry_tests;
using geometry::Geodesic;
using geometry::RungeKutta;

namespace {

const Metric by_product = geometry::conformal(product);

}  // namespace

TEST_CASE("an equation that is known is followed to its tolerance, with as many steps as it takes") {
    const auto oscillator = [](double, const RungeKutta::State& y) { return RungeKutta::State{y[1], -y[0]}; };
    Index before = 0;
    for (const double tolerance : {1e-4, 1e-8, 1e-12}) {
        RungeKutta solver(oscillator, {0, 1}, tolerance, 10'000);
        CHECK(solver.advance(2)[0] == doctest::Approx(std::sin(2)).epsilon(20 * tolerance));
        CHECK(solver.advance(5)[0] == doctest::Approx(std::sin(5)).epsilon(50 * tolerance));
        CHECK(solver.steps() > before);
        CHECK(solver.steps() < 1000);
        before = solver.steps();
    }
}

TEST_CASE("great circles and the half-plane's geodesics, to 1e-6") {
    // From the equator (r = 1) along it, an eighth of the way round; from there through the pole.
    const Tensor turned = geometry::exponential(sphere(), row({1, 0}), row({0, std::acos(-1.0) / 4}));
    CHECK(largest_difference(numbers(turned), {std::sqrt(0.5), std::sqrt(0.5)}) <= 1e-9);
    const Tensor pole = geometry::exponential(sphere(), row({1, 0}), row({-std::acos(0.0), 0}));
    CHECK(largest_difference(numbers(pole), {0, 0}) <= 1e-9);
    // Straight up: (0, e^s); sideways: the unit circle (tanh s, 1 / cosh s).
    const Tensor both = geometry::exponential(half_plane(), Tensor({2, 2}, {0, 1, 0, 1}, DType::float64),
                                              Tensor({2, 2}, {0, 1.5, 1.5, 0}, DType::float64));
    CHECK(largest_difference(numbers(both), {0, std::exp(1.5), std::tanh(1.5), 1 / std::cosh(1.5)}) <= 1e-8);
    const Geodesic arc = geometry::shoot_between(half_plane(), row({-1, 1}), row({1, 1}));
    CHECK(arc.converged);
    CHECK(std::abs(arc.length - 2 * std::asinh(1.0)) <= 1e-6);
    for (Index k = 0; k < 33; ++k)
        CHECK(std::abs(std::hypot(arc.corners.at(2 * k), arc.corners.at(2 * k + 1)) - std::sqrt(2.0)) <= 1e-6);
    const Geodesic circle = geometry::shoot_between(sphere(), row({1, 0}), row({0, 1}));
    CHECK(std::abs(circle.length - std::acos(0.0)) <= 1e-6);
}

TEST_CASE("the logarithm undoes the exponential, for matrices and conformal metrics") {
    const Tensor x = row({1.1, 0.3}), v = row({0.2, 0.4});
    for (const Metric& metric : {polar_sphere(), sphere(), half_plane(), geometry::euclidean()}) {
        CAPTURE(metric.name);
        const geometry::Logarithm back = geometry::logarithm(metric, x, geometry::exponential(metric, x, v));
        CHECK(back.converged);
        CHECK(largest_difference(numbers(back.velocity), numbers(v)) <= 1e-7);
    }
}

TEST_CASE("rows 1, 3 and 4 of the closed forms by shooting, corners on the geodesic to 1e-7") {
    for (const Row& r : rows) {
        const Geodesic g = geometry::shoot_between(by_product, row(r.from), row(r.to), {.points = 257});
        CHECK(g.converged);
        CHECK(std::abs(g.length - exact_length(r.from, r.to)) <= 1e-7);
        CHECK(largest_difference(numbers(g.corners), numbers(exact_curve(r.from, r.to, 257))) <= 1e-7);
        CHECK(largest_difference(shares_along(product, g.corners), exact_shares(r.from, r.to)) <= 1e-4);
        CHECK(g.certificate <= 1e-3);
    }
}

TEST_CASE("speed is constant, and a linear F is crossed on the straight line") {
    const Tensor corners = geometry::shoot(by_product, row({1, 0.5}), row({0.3, -0.4}), {.points = 9});
    const double speed = std::sqrt(by_product.squared(row({1, 0.5}), row({0.3, -0.4})).item());
    CHECK(geometry::length(by_product, corners, 8) == doctest::Approx(speed).epsilon(1e-3));
    const Model linear = of_columns([](auto& x) { return x[0] * 2.0 - x[1] * 3.0 + x[2]; });
    const Tensor from = row({1, 2, 3}), to = row({-1, 0, 7});
    const Geodesic g = geometry::shoot_between(geometry::conformal(linear), from, to);
    CHECK(largest_difference(numbers(g.corners), numbers(geometry::line(from, to, 33))) <= 1e-12);
}

TEST_CASE("in float32 as far as it goes") {
    const Tensor x({1, 2}, {0, 1}), v({1, 2}, {1.5, 0});
    const Tensor end = geometry::exponential(half_plane(), x, v);
    CHECK(end.dtype() == DType::float32);
    CHECK(largest_difference(numbers(end), {std::tanh(1.5), 1 / std::cosh(1.5)}) <= 1e-4);
}

TEST_CASE("over kinks shooting measures its curve, and does not say that it converged") {
    const Model f = relu_net({2, 12, 1}, 3, true);
    const Metric metric = geometry::conformal([f](const Tensor& x) { return feature(f(x), 0); });
    const Geodesic g = shoot_between(metric, row({-2, 1}), row({2, -1}), {.points = 65});
    CHECK_FALSE(g.converged);
    CHECK_FALSE(g.smooth);
    CHECK(g.length == doctest::Approx(geometry::length(metric, g.corners, 5)));
    REQUIRE(g.notes.size() == 1);
    CHECK(g.notes[0].starts_with("shooting left with the speed "));
    CHECK(g.notes[0].ends_with(": the metric jumps on the way or the points are too few; soften the network, use "
                               "relax, or more points"));
}

TEST_CASE("shooting says what does not fit") {
    const Tensor x = row({1, 1}), v = row({1, 0}), many = zeros({1, 65}, DType::float64);
    const auto steep = [](double, const RungeKutta::State& y) { return RungeKutta::State{y[0] * y[0]}; };
    tests::check_refused(
        {{[&] { geometry::shoot(sphere(), x, v, {.points = 1}); }, "shooting: points must be at least 2 but is 1"},
         {[&] {
              geometry::shoot(sphere(), concat({x, x}), v);
          },
          "shooting: a curve leaves one point but got (2, 2)"},
         {[&] { geometry::exponential(sphere(), x, row({1})); },
          "shooting: points and velocities must have one shape, rows first, but have (1, 2) and (1, 1)"},
         {[&] { geometry::exponential(sphere(), x, v, {.tolerance = -1}); },
          "shooting: tolerance must be positive but is -1"},
         {[&] { geometry::exponential(sphere(), x, v, {.max_steps = 0}); },
          "runge_kutta: no end within 0 steps, at t = 0; allow more, or ask for less"},
         {[&] {
              geometry::exponential(by_product, row({0, 0}), v);
          },
          "shooting: the metric conformal vanishes on the way"},
         {[&] { geometry::logarithm(geometry::euclidean(), many, many); },
          "shooting: takes up to 64 features between two points but got 65; use relax"},
         {[&] { geometry::acceleration(geometry::pullback([](const Tensor& z) { return z * z; }), many, many); },
          "shooting: takes up to 64 features but got 65; use a conformal metric, or relax"}});
    CHECK_THROWS_AS(RungeKutta(steep, {1}, 1e-8, 10'000).advance(2), NumericError);
}
