#include <attribution/geometry/functions.hpp>
#include <gradpath/attribution/geometry/fast_marching.hpp>
#include <support/refused.hpp>

using namespace geometry_tests;
using geometry::FastMarching;
using geometry::PlaneGrid;

namespace {

const Metric by_product = geometry::conformal(product);
const PlaneGrid around{.low = {-0.5, -1}, .high = {2.5, 2.5}, .cells = 512};

}  // namespace

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
         {[&] { marched.distance(row({1})); }, "fast_marching: a point must have shape (1, 2) but has (1, 1)"},
         {[&] {
              FastMarching(half_plane(), row({0.5, 0.5}), grid);
          },
          "fast_marching: the metric half-plane is not finite everywhere on the grid"}});
}
