#include <attribution/geometry/functions.hpp>

#include <numeric>

#include <support/refused.hpp>

using namespace geometry_tests;

namespace {

const Metric by_product = geometry::conformal(product);

/// A circle's arc, evenly spaced or not.
Tensor arc(Index points, double power = 1) {
    std::vector<double> corners;
    for (Index k = 0; k < points; ++k) {
        const double angle = std::pow(static_cast<double>(k) / static_cast<double>(points - 1), power);
        corners.insert(corners.end(), {std::cos(angle), std::sin(angle)});
    }
    return Tensor({points, 2}, std::span<const double>(corners));
}

}  // namespace

TEST_CASE("length and energy of curves that are known") {
    CHECK(geometry::length(geometry::euclidean(), arc(1001)) == doctest::Approx(1).epsilon(1e-6));
    CHECK(geometry::energy(geometry::euclidean(), arc(1001)).item() == doctest::Approx(0.5).epsilon(1e-6));
    // ‖∇F‖ = ‖x‖ = 1 on the circle; along (t, t) it is √2 t, so the length is ∫ √2 t √2 dt = 1.
    CHECK(geometry::length(by_product, arc(1001)) == doctest::Approx(1).epsilon(1e-6));
    CHECK(geometry::length(by_product, geometry::line(row({0, 0}), row({1, 1}), 2)) == doctest::Approx(1));
    CHECK(geometry::length(by_product, arc(5), 8) > geometry::length(geometry::euclidean(), arc(5)) * 0.97);
    for (const Row& r : rows)
        CHECK(geometry::length(by_product, exact_curve(r.from, r.to, 2001)) == doctest::Approx(r.length).epsilon(1e-5));
}

TEST_CASE("the pullback's length is the total variation of F, at most the conformal one") {
    const Tensor corners = exact_curve({2, 0.5}, {0.5, 2}, 801);
    const Metric pullback = geometry::pullback(product);
    CHECK(geometry::length(pullback, geometry::line(row({1, 0}), row({1, 1}), 9)) == doctest::Approx(1));
    CHECK(geometry::length(pullback, corners) <= 1e-5);  // x1 x2 is 1 all along
    CHECK(geometry::length(by_product, corners) == doctest::Approx(3.75).epsilon(1e-5));
}

TEST_CASE("energy is at least half the square of the length, equal at even speed") {
    const Tensor uneven = arc(101, 2.5);
    const double length = geometry::length(by_product, uneven), energy = geometry::energy(by_product, uneven).item();
    CHECK(energy > 0.6 * length * length);
    const Tensor even = geometry::by_arc_length(by_product, uneven, 101);
    CHECK(geometry::length(by_product, even) == doctest::Approx(length).epsilon(1e-3));
    const double again = geometry::length(by_product, even);
    CHECK(geometry::energy(by_product, even).item() == doctest::Approx(again * again / 2).epsilon(1e-3));
    CHECK(same_bits(slice(even, 0, 0, 1), slice(uneven, 0, 0, 1)));
    CHECK(same_bits(slice(even, 0, 100, 101), slice(uneven, 0, 100, 101)));
}

TEST_CASE("the certificate of an exact geodesic falls with the square of the points; other curves keep theirs") {
    for (const Row& r : rows) {
        const double coarse = geometry::certificate(by_product, exact_curve(r.from, r.to, 65));
        const double fine = geometry::certificate(by_product, exact_curve(r.from, r.to, 129));
        CHECK(fine < 0.3 * coarse);
        CHECK(coarse < 0.02);
    }
    CHECK(geometry::certificate(by_product, geometry::line(row({1, 0}), row({1, 1}), 129)) > 0.3);
    CHECK(geometry::certificate(geometry::euclidean(), geometry::line(row({1, 0}), row({1, 1}), 129)) < 1e-12);
    CHECK(geometry::geodesic_residual(by_product, arc(2)).empty());
    CHECK(geometry::certificate(by_product, arc(2)) == 0);
}

TEST_CASE("a spline goes through its corners and follows a smooth curve to fourth order inside") {
    const geometry::Spline coarse(arc(11)), fine(arc(21));
    CHECK(largest_difference(numbers(coarse.at(std::vector<double>{0, 0.3, 1})),
                             numbers(geometry::points_at(arc(11), std::vector<double>{0, 0.3, 1}))) <= 1e-15);
    const auto error = [](const geometry::Spline& spline) {
        const Tensor at = spline.at(std::vector<double>{0.525});
        return std::hypot(at.at(0) - std::cos(0.525), at.at(1) - std::sin(0.525));
    };
    CHECK(error(coarse) < 1e-5);
    CHECK(error(fine) < error(coarse) / 8);
    const Tensor speed = fine.velocity(std::vector<double>{0.5});
    CHECK(speed.at(0) == doctest::Approx(-std::sin(0.5)).epsilon(1e-4));
    CHECK(speed.at(1) == doctest::Approx(std::cos(0.5)).epsilon(1e-4));
    const geometry::Spline edge(geometry::line(row({0, 0}), row({2, 4}), 2));
    CHECK(numbers(edge.at(std::vector<double>{0.25})) == std::vector<double>{0.5, 1});
}

TEST_CASE("corners of a geodesic give its attribution") {
    for (const Row& r : rows) {
        const std::vector<double> found = shares_along(product, exact_curve(r.from, r.to, 513));
        CHECK(largest_difference(found, r.shares) <= 1e-5);
        CHECK(largest_difference(exact_shares(r.from, r.to), r.shares) <= 1e-6);
    }
}

TEST_CASE("a geodesic may cancel: two counter-examples to no cancellation if and only if geodesic") {
    // Along the level curve x1 x2 = 1, an exact geodesic, F does not change but its features trade 2 log 2.
    const std::vector<double> level = shares_along(product, exact_curve({2, 0.5}, {0.5, 2}, 513));
    CHECK(std::abs(level[0]) + std::abs(level[1]) == doctest::Approx(4 * std::log(2.0)).epsilon(1e-4));
    CHECK(std::abs(level[0] + level[1]) <= 1e-12);
    // Every path gives x1 + x2 and x1 - x2 the same shares: none cancel, or all do.
    const Model sum = of_columns([](auto& x) { return x[0] + x[1]; });
    const Model difference = of_columns([](auto& x) { return x[0] - x[1]; });
    for (const Tensor& corners : {geometry::line(row({0, 0}), row({1, 1}), 2), exact_curve({0, 0}, {1, 1}, 9),
                                  Tensor({3, 2}, {0, 0, 0, 1, 1, 1}, DType::float64)}) {
        CHECK(largest_difference(shares_along(sum, corners), {1, 1}) <= 1e-12);
        CHECK(largest_difference(shares_along(difference, corners), {1, -1}) <= 1e-12);
    }
}

TEST_CASE("curves say what does not fit") {
    const std::vector<double> ts{0.5};
    tests::check_refused(
        {{[] { geometry::line(row({1}), row({2}), 1); }, "line: points must be at least 2 but is 1"},
         {[] {
              geometry::line(row({1}), row({2, 3}), 5);
          },
          "line: needs two points of one shape, one row each, but got (1, 1) and (1, 2)"},
         {[&] { geometry::points_at(row({1}), ts); }, "curve: corners must be at least two rows but have shape (1, 1)"},
         {[] { geometry::Spline{Tensor()}; }, "curve: corners must be at least two rows but have none"},
         {[] { geometry::by_arc_length(geometry::euclidean(), arc(3), 1); },
          "by_arc_length: points must be at least 2 but is 1"}});
}
