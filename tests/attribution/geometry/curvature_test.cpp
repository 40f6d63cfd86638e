#include <attribution/geometry/functions.hpp>

#include <gradpath/attribution/geometry/curvature.hpp>

#include <support/refused.hpp>

using namespace geometry_tests;

namespace {

std::vector<double> curvature(const Metric& metric, const Tensor& x) {
    return numbers(geometry::gaussian_curvature(metric, x));
}

}  // namespace

TEST_CASE("the sphere has curvature 1, the half-plane -1, the image of a holomorphic map 0") {
    const Tensor x = random_tensor({6, 2}, 1), up = concat({slice(x, 1, 0, 1), exp(slice(x, 1, 1, 2))}, 1);
    CHECK(largest_difference(curvature(sphere(), x), std::vector<double>(6, 1)) <= 1e-12);
    CHECK(largest_difference(curvature(polar_sphere(), up * 0.1), std::vector<double>(6, 1)) <= 1e-8);
    CHECK(largest_difference(curvature(half_plane(), up), std::vector<double>(6, -1)) <= 1e-12);
    const std::vector<Model> real_parts{
        product, of_columns([](auto& z) { return z[0] * z[0] * z[0] - z[0] * z[1] * z[1] * 3.0; }),
        of_columns([](auto& z) { return exp(z[0]) * cos(z[1]); })};
    for (const Model& h : real_parts)
        CHECK(largest_difference(curvature(geometry::conformal(h), x + 4.0), std::vector<double>(6, 0)) <= 1e-6);
}

TEST_CASE("a pullback by coordinates of space has the curvature of the surface") {
    // The sphere of radius 2 as a map from the plane to space; the graph of (x1² + x2²)/2, K = 1 / (1 + r²)².
    const Model ball = of_columns([](auto& x) {
        const auto column = [](const Tensor& t) { return reshape(t, {-1, 1}); };
        return concat({column(sin(x[0]) * cos(x[1])), column(sin(x[0]) * sin(x[1])), column(cos(x[0]))}, 1) * 2.0;
    });
    const Tensor x = row({1.1, 0.3});
    CHECK(curvature(geometry::pullback(ball), x)[0] == doctest::Approx(0.25).epsilon(1e-10));
    const Model bowl = of_columns([](auto& z) {
        const auto column = [](const Tensor& t) { return reshape(t, {-1, 1}); };
        return concat({column(z[0]), column(z[1]), column((z[0] * z[0] + z[1] * z[1]) * 0.5)}, 1);
    });
    const double r = 1.1 * 1.1 + 0.3 * 0.3;
    CHECK(curvature(geometry::pullback(bowl), x)[0] == doctest::Approx(1 / ((1 + r) * (1 + r))).epsilon(1e-10));
}

TEST_CASE("a sphere of three dimensions has scalar curvature 6") {
    const Metric metric =
        geometry::conformal_factor([](const Tensor& x) { return 4.0 / square(1.0 + sum(square(x), {.axes = {1}})); });
    const Tensor x = random_tensor({3, 3}, 4);
    CHECK(largest_difference(numbers(geometry::scalar_curvature(metric, x)), {6, 6, 6}) <= 1e-10);
}

TEST_CASE("Christoffel's symbols of polar coordinates") {
    const Metric polar = geometry::from_matrix([](const Tensor& x) {
        const Tensor r = reshape(feature(x, 0), {x.rows(), 1});
        return diagonal_matrix(concat({ones_like(r), square(r)}, 1));
    });
    // Γ^r_φφ = -r, Γ^φ_rφ = 1/r.
    CHECK(largest_difference(numbers(geometry::christoffel(polar, row({2, 0.5}))), {0, 0, 0, -2, 0, 0.5, 0.5, 0}) <=
          1e-12);
    CHECK(curvature(polar, row({2, 0.5}))[0] == doctest::Approx(0));
}

TEST_CASE("volume and spectrum tell how a small ball is seen") {
    const Metric metric = geometry::regularised(geometry::pullback(product), 0.25);
    const Tensor x = row({3, 4});
    CHECK(geometry::volume_element(metric, x).item() == doctest::Approx(std::sqrt(0.25 * 25.25)));
    const geometry::Spectrum s = geometry::spectrum(metric, x);
    CHECK(largest_difference(numbers(s.values), {0.25, 25.25}) <= 1e-12);
    CHECK(std::abs(s.vectors.at(1)) == doctest::Approx(0.8));  // along the gradient (4, 3)
    CHECK(geometry::volume_element(geometry::pullback(product), x).item() == doctest::Approx(0));
}

TEST_CASE("curvature says what it needs") {
    tests::check_refused({{[] {
                               geometry::gaussian_curvature(geometry::euclidean(), row({1, 2, 3}));
                           },
                           "gaussian_curvature: a surface has 2 features but the input has 3; see scalar_curvature"}});
    CHECK_THROWS_AS(geometry::christoffel(geometry::pullback(product), row({3, 4})), NumericError);
}
