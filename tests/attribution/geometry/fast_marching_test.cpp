#include <attribution/geometry/functions.hpp>
#include <gradpath/attribution/geometry/fast_marching.hpp>
#include <support/refused.hpp>

using namespace geometry_tests;
using geometry::FastMarching;
using geometry::PlaneGrid;

namespace {

const Metric by_product = geometry::conformal(product);
const PlaneGrid around{.low = {-0.5, -1}, .high = {2.5, 2.5}, .cells = 512};

/// A metric that is not kind to slopes, one of several sorts: steep hills, a jump, places where steps are free, a
/// narrow valley.
Metric unkind(std::uint64_t number) {
    const Tensor turn = random_tensor({2, 2}, number) * 3.0;
    return geometry::conformal_factor([=](const Tensor& x) {
        const Tensor h = matmul(x, turn), a = feature(h, 0), b = feature(h, 1);
        switch (number % 4) {
            case 0: return exp(sin(a) * sin(b) * 8.0);
            case 1: return exp(tanh(sin(a) * 200.0) * 4.0);
            case 2: return square(relu(sin(a) + sin(b)));
            default: return square(a * b) + 1e-6;
        }
    });
}

/// Numbers of [0, 1), to place a source and an end anywhere on a grid, its border and corners, too.
std::vector<double> places_of(std::uint64_t number) {
    std::vector<double> at = numbers(random::uniform({1, 4}, -0.1, 1.1, {number, 7, DType::float64}));
    for (double& place : at) place = std::clamp(place, 0.0, 1.0);
    return at;
}

}  // namespace

TEST_CASE(
    "every way ends, whatever the metric, the grid and the places: it begins and ends as asked and stays inside") {
    for (std::uint64_t number = 0; number < 240; ++number) {
        CAPTURE(number);
        const Index cells = 8 + 8 * static_cast<Index>(number % 7);
        const double height = number % 3 == 0 ? 0.3 : 2;
        const std::vector<double> at = places_of(number);
        const Tensor from = row({2 * at[0] - 1, height * at[1]}), to = row({2 * at[2] - 1, height * at[3]});
        const PlaneGrid grid{.low = {-1, 0}, .high = {1, height}, .cells = cells};
        const Tensor way = FastMarching(unkind(number), from, grid).way(to);
        const Index last = way.rows() - 1;
        CHECK(same_bits(slice(way, 0, 0, 1), from));
        CHECK(same_bits(slice(way, 0, last, last + 1), to));
        const double cell = 2.0 / static_cast<double>(cells);
        for (Index k = 0; k <= last; ++k) {
            CHECK((std::abs(way.at(2 * k)) <= 1 && way.at(2 * k + 1) >= 0 && way.at(2 * k + 1) <= height + cell));
            if (k > 0)
                CHECK(std::hypot(way.at(2 * k) - way.at(2 * k - 2), way.at(2 * k + 1) - way.at(2 * k - 1)) <= 9 * cell);
        }
    }
}

TEST_CASE("a way is as long as its distance says, where the metric is smooth on the grid") {
    for (std::uint64_t number = 0; number < 12; ++number) {
        const Model f = smooth_net({2, 6, 1}, number);
        const Metric metric =
            geometry::regularised(geometry::conformal([f](const Tensor& x) { return feature(f(x), 0); }), 0.5);
        const std::vector<double> at = places_of(number);
        const Tensor from = row({2 * at[0] - 1, 2 * at[1] - 1}), to = row({2 * at[2] - 1, 2 * at[3] - 1});
        const FastMarching marched(metric, from, {.low = {-1.1, -1.1}, .high = {1.1, 1.1}, .cells = 128});
        const double distance = marched.distance(to);
        CAPTURE(number);
        CHECK(geometry::length(metric, marched.way(to)) == doctest::Approx(distance).epsilon(2e-3));
    }
}

TEST_CASE("rows 1, 3 and 4 of the closed forms on a grid, length and shares to 1e-3") {
    for (const Row& r : rows) {
        const FastMarching marched(by_product, row(r.from), around);
        CHECK(std::abs(marched.distance(row(r.to)) - exact_length(r.from, r.to)) <= 1e-3);
        const Tensor corners = marched.way(row(r.to));
        CHECK(largest_difference(shares_along(product, corners), exact_shares(r.from, r.to)) <= 1e-3);
        CHECK(std::abs(geometry::length(by_product, corners) - exact_length(r.from, r.to)) <= 1e-3);
    }
}

TEST_CASE("through the origin, where the metric vanishes, within 0.01") {
    const FastMarching marched(by_product, row({1, 0}), {.low = {-1.2, -1.2}, .high = {1.2, 1.2}, .cells = 512});
    CHECK(std::abs(marched.distance(row({0, 1})) - 1) <= 0.01);
    CHECK(largest_difference(shares_along(product, marched.way(row({0, 1}))), {0, 0}) <= 0.01);
}

TEST_CASE("a linear F is crossed on the straight line, and half as large cells leave a quarter of the error") {
    const Model linear = of_columns([](auto& x) { return x[0] * 2.0 - x[1]; });
    const FastMarching marched(geometry::conformal(linear), row({0.1, 0.2}), {.low = {-1, -1}, .high = {2, 2}});
    CHECK(std::abs(marched.distance(row({1.5, 1.1})) - std::sqrt(5.0) * std::hypot(1.4, 0.9)) <= 1e-3);
    const Tensor way = marched.way(row({1.5, 1.1}));
    for (Index k = 0; k < way.rows(); ++k)
        CHECK(std::abs((way.at(2 * k) - 0.1) * 0.9 - (way.at(2 * k + 1) - 0.2) * 1.4) <= 1e-3);
    const auto error = [&](Index cells) {
        PlaneGrid grid = around;
        grid.cells = cells;
        return std::abs(FastMarching(by_product, row({1, -0.5}), grid).distance(row({1.5, 1})) -
                        exact_length({1, -0.5}, {1.5, 1}));
    };
    CHECK(error(256) < 0.4 * error(64));
}

TEST_CASE("fast marching says what does not fit") {
    const Tensor source = row({0, 0});
    const PlaneGrid grid{.low = {-1, -1}, .high = {1, 1}, .cells = 16};
    const FastMarching marched(geometry::euclidean(), source, grid);
    CHECK(marched.way(source).rows() == 2);
    tests::check_refused(
        {{[&] { FastMarching(geometry::pullback(product), source, grid); },
          "fast_marching: needs a conformal metric but pullback is none"},
         {[&] {
              FastMarching(geometry::euclidean(), row({0, 0, 0}), grid);
          },
          "fast_marching: works in the plane: the source must have shape (1, 2) but has (1, 3)"},
         {[&] {
              FastMarching(geometry::euclidean(), source, {.low = {0, 0}, .high = {1, 0}});
          },
          "fast_marching: the grid must have a size and at least 8 cells but is 1 by 0 with 256"},
         {[&] {
              FastMarching(geometry::euclidean(), row({2, 0}), grid);
          },
          "fast_marching: the point (2, 0) lies outside of the grid"},
         {[&] {
              FastMarching(geometry::euclidean(), source,
                           {.low = {-1e-200, -1e-200}, .high = {1e-200, 1e-200}, .cells = 16});
          },
          "fast_marching: distances on the grid are too large or too small for numbers; scale the function or its "
          "inputs"},
         {[&] { marched.distance(row({1})); }, "fast_marching: a point must have shape (1, 2) but has (1, 1)"},
         {[&] {
              FastMarching(half_plane(), row({0.5, 0.5}), grid);
          },
          "fast_marching: the metric half-plane is not finite everywhere on the grid"}});
}
