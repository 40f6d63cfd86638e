#include <attribution/geometry/functions.hpp>

#include <gradpath/attribution/geometry/block_tridiagonal.hpp>
#include <gradpath/attribution/geometry/relax.hpp>

#include <support/refused.hpp>

using namespace geometry_tests;
using geometry::Geodesic;
using geometry::Minimiser;
using geometry::relax;

namespace {

const Metric by_product = geometry::conformal(product);

}  // namespace

TEST_CASE("a block tridiagonal system is solved as the whole matrix would be") {
    constexpr Index count = 4, n = 3, whole = count * n;
    const Tensor l = random_tensor({count, n, n}, 1), below = random_tensor({count - 1, n, n}, 2) * 0.3;
    const Tensor diagonal = matmul(l, l, {.transpose_b = true}) + identity_matrix(n, DType::float64) * 2.0;
    std::vector<double> dense(whole * whole, 0);
    for (Index k = 0; k < count; ++k)
        for (Index i = 0; i < n; ++i)
            for (Index j = 0; j < n; ++j) {
                dense[static_cast<std::size_t>((k * n + i) * whole + k * n + j)] = diagonal.at((k * n + i) * n + j);
                if (k == 0) continue;
                const double value = below.at(((k - 1) * n + i) * n + j);
                dense[static_cast<std::size_t>((k * n + i) * whole + (k - 1) * n + j)] = value;
                dense[static_cast<std::size_t>(((k - 1) * n + j) * whole + k * n + i)] = value;
            }
    const Tensor b = random_tensor({whole}, 3);
    const Tensor expected = solve(Tensor({whole, whole}, std::span<const double>(dense)), b);
    std::vector<double> found;
    REQUIRE(geometry::solve({count, n, numbers(diagonal), numbers(below)}, numbers(b), found));
    CHECK(largest_difference(found, numbers(expected)) <= 1e-12);
    CHECK_FALSE(geometry::solve({1, 1, {-1}, {}}, {1}, found));
}

TEST_CASE("rows 1, 3 and 4 of the closed forms, by every minimiser") {
    for (const Minimiser minimiser : {Minimiser::newton, Minimiser::gauss_newton, Minimiser::lbfgs})
        for (const Row& r : rows) {
            const Geodesic g = relax(by_product, row(r.from), row(r.to), {.points = 257, .minimiser = minimiser});
            CAPTURE(static_cast<int>(minimiser));
            CAPTURE(g.iterations);
            CAPTURE(g.gradient_norm);
            CHECK(g.converged);
            CHECK(g.smooth);
            CHECK(g.notes.empty());
            CHECK(std::abs(g.length - exact_length(r.from, r.to)) <= 1e-4);
            CHECK(largest_difference(shares_along(product, g.corners), exact_shares(r.from, r.to)) <= 1e-4);
            CHECK(g.energy < g.straight_energy);
            CHECK(g.certificate < 0.3 * g.coarse_certificate);
        }
}

TEST_CASE("through the origin, where the metric vanishes, the curve is found and said not to be smooth") {
    const Geodesic g = relax(by_product, row({1, 0}), row({0, 1}), {.points = 257});
    CHECK(std::abs(g.length - 1) <= 0.01);
    CHECK(largest_difference(shares_along(product, g.corners), {0, 0}) <= 0.01);
    CHECK_FALSE(g.smooth);
    CHECK_FALSE(g.notes.empty());
}

TEST_CASE("the length of an edge that crosses the zero of the metric is not that of its middle") {
    const Model bowl = of_columns([](auto& x) { return square(x[0]) + square(x[1]); });
    const Metric metric = geometry::conformal([&](const Tensor& x) { return bowl(x); });
    const Geodesic g = relax(metric, row({-1, 0}), row({1, 0}));
    CHECK(g.length == doctest::Approx(2).epsilon(3e-3));  // from 1 down to 0 and up again
    CHECK(g.length == geometry::length(metric, g.corners, 5));
    CHECK(g.straight_length == doctest::Approx(2).epsilon(3e-3));
}

TEST_CASE("a linear F is crossed on the straight line") {
    const Model linear = of_columns([](auto& x) { return x[0] * 2.0 - x[1] * 3.0 + x[2]; });
    const Tensor from = row({1, 2, 3}), to = row({-1, 0, 7});
    for (const Minimiser minimiser : {Minimiser::newton, Minimiser::gauss_newton, Minimiser::lbfgs}) {
        const Geodesic g = relax(geometry::conformal(linear), from, to, {.minimiser = minimiser});
        CHECK(largest_difference(numbers(g.corners), numbers(geometry::line(from, to, 33))) <= 1e-12);
        CHECK(g.converged);
        CHECK(g.smooth);
        CHECK(g.length == doctest::Approx(std::sqrt(14.0 * 24.0)));
    }
}

TEST_CASE("great circles and the half-plane's semicircles") {
    const Geodesic circle = relax(sphere(), row({1, 0}), row({0, 1}), {.points = 129});
    CHECK(circle.length == doctest::Approx(std::acos(0.0)).epsilon(1e-4));
    for (Index k = 0; k < 129; ++k)
        CHECK(std::hypot(circle.corners.at(2 * k), circle.corners.at(2 * k + 1)) == doctest::Approx(1).epsilon(1e-4));
    const Geodesic arc = relax(half_plane(), row({-1, 1}), row({1, 1}), {.points = 129});
    CHECK(arc.length == doctest::Approx(2 * std::asinh(1.0)).epsilon(1e-4));
    CHECK(arc.corners.at(2 * 64 + 1) == doctest::Approx(std::sqrt(2.0)).epsilon(1e-4));
}

TEST_CASE("the geodesic of a pullback is the straight line between the images") {
    // x → (x1, x2 + x1²) unbends the plane.
    const Model shear = of_columns([](auto& x) {
        return concat({reshape(x[0], {-1, 1}), reshape(x[1] + x[0] * x[0], {-1, 1})}, 1);
    });
    const Geodesic g = relax(geometry::pullback(shear), row({-1, 0}), row({1, 1}), {.points = 65});
    CHECK(g.converged);
    CHECK(g.length == doctest::Approx(std::sqrt(5.0)).epsilon(1e-4));
    const Tensor image = shear(g.corners);
    for (Index k = 0; k < 65; ++k)
        CHECK(image.at(2 * k + 1) == doctest::Approx(1.5 + 0.5 * image.at(2 * k)).epsilon(2e-3));
}

TEST_CASE("a function of pieces without curvature is not said to converge, and the remedies are named") {
    const Model f = relu_net({2, 12, 1}, 3, true);
    const auto scalar = [f](const Tensor& x) { return feature(f(x), 0); };
    const Geodesic g = relax(geometry::conformal(scalar), row({-2, 1}), row({2, -1}));
    CHECK_FALSE(g.converged);
    CHECK_FALSE(g.smooth);
    REQUIRE(g.notes.size() == 1);
    CHECK(g.notes[0] ==
          "the metric conformal is constant on pieces: its derivative is 0, and nothing pulls the curve to a geodesic; "
          "soften the function (softplus for relu), explain the log-probability, or use a graph of neighbours");
}

TEST_CASE("a curve that is left before it is there is not said to have converged, and the note says what may help") {
    const auto note = [](geometry::Relax o, DType dtype) {
        const Geodesic g = relax(by_product, row({1, 0}).to(dtype), row({1, 1}).to(dtype), o);
        CHECK_FALSE(g.converged);
        REQUIRE(g.notes.size() == 1);
        return g.notes[0].substr(g.notes[0].find("relative gradient norm"));
    };
    const double norm = relax(by_product, row({1, 0}), row({1, 1}), {.points = 9, .max_iterations = 0}).gradient_norm;
    CHECK(note({.points = 9, .max_iterations = 0}, DType::float64) ==
          text("relative gradient norm of the energy is ", norm,
               ", above the tolerance 1e-08; allow more iterations, or soften the function (relu and max-pools)"));
    CHECK(note({.points = 9, .tolerance = 1e-30, .kinks = false}, DType::float64)
              .ends_with("; ask for a larger tolerance"));
    CHECK(note({.points = 9, .max_iterations = 0, .kinks = false}, DType::float32)
              .ends_with("; allow more iterations, or use float64"));
    CHECK(note({.points = 9, .tolerance = 1e-30}, DType::float32)
              .ends_with("; use float64, or soften the function (relu and max-pools)"));
}

TEST_CASE("many features: L-BFGS lowers the energy of a network's geodesic to a small gradient") {
    const Model f = smooth_net({40, 20, 1}, 2);
    const auto scalar = [f](const Tensor& x) { return feature(f(x), 0); };
    const Metric metric = geometry::regularised(geometry::conformal(scalar), 0.5);
    const Tensor from = random_tensor({1, 40}, 1), to = random_tensor({1, 40}, 2);
    const Geodesic g = relax(metric, from, to, {.points = 33}), fine = relax(metric, from, to, {.points = 65});
    for (const Geodesic* found : {&g, &fine}) {
        CHECK(found->converged);
        CHECK(found->energy < found->straight_energy);
    }
    CHECK(fine.certificate < 0.5 * g.certificate);
}

TEST_CASE("a curve does not leap over a steep place between two looks at the metric") {
    // λ = exp(-4 x1²): from the ridge, one long edge whose middle is in the flat would cost next to nothing.
    const Metric ridge = geometry::conformal_factor([](const Tensor& x) { return exp(square(feature(x, 0)) * -8.0); });
    const geometry::Geodesic g = geometry::relax(ridge, row({0, 0}), row({3, 0}), {.points = 33});
    const double exact = std::sqrt(std::acos(-1.0)) / 4;  // ∫ exp(-4 x²) from 0 on
    CHECK(geometry::length(ridge, g.corners, 7) == doctest::Approx(exact).epsilon(1e-3));
    CHECK(g.energy >= 0.9 * exact * exact / 2);
    CHECK(g.energy <= 1.2 * exact * exact / 2);
}

TEST_CASE("relaxing says what does not fit") {
    const Tensor a = row({1, 0}), b = row({0, 1});
    const std::atomic<bool> stop = true;
    const Model root = of_columns([](auto& x) { return sqrt(x[0]); });
    tests::check_refused(
        {{[&] { relax(by_product, a, b, {.points = 2}); }, "relax: points must be at least 3 but is 2"},
         {[&] { relax(by_product, a, b, {.tolerance = 0}); }, "relax: tolerance must be positive but is 0"},
         {[&] { relax(by_product, a, b, {.max_iterations = -1}); },
          "relax: max-iterations must not be negative but is -1"},
         {[&] {
              relax(by_product, a, b, {.start = row({1, 2, 3})});
          },
          "relax: corners to start with must be points of shape (1, 2) but have shape (1, 3)"},
         {[&] {
              relax(geometry::conformal(root), a, row({-1, 0}));
          },
          "relax: the energy of the straight line is nan; the function must be finite between the points"},
         {[&] {
              relax(by_product, a, row({2, 3}), {.cancel = &stop});
          },
          "relax: cancelled"}});
}
