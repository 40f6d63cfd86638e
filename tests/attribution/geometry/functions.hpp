#pragma once
// Metrics and functions whose geodesics are known by hand.
#include <complex>

#include <attribution/functions.hpp>
#include <gradpath/attribution/geometry/curve.hpp>

namespace geometry_tests {

using namespace attribution_tests;
namespace geometry = attribution::geometry;
using geometry::Metric;

/// x1 x2, whose ‖∇F‖ = ‖x‖: the plane under w = z²/2 with z = x1 + i x2.
inline const Model product = of_columns([](auto& x) { return x[0] * x[1]; });

/// The unit sphere seen from its pole, 4 / (1 + r²)².
inline Metric sphere() {
    return geometry::conformal_factor([](const Tensor& x) { return 4.0 / square(1.0 + sum(square(x), {.axes = {1}})); },
                                      "sphere");
}
/// The upper half-plane, 1 / x2².
inline Metric half_plane() {
    return geometry::conformal_factor([](const Tensor& x) { return 1.0 / square(feature(x, 1)); }, "half-plane");
}
/// The sphere by polar angle and longitude: diag(1, sin² θ).
inline Metric polar_sphere() {
    return geometry::from_matrix(
        [](const Tensor& x) {
            const Tensor theta = reshape(feature(x, 0), {x.rows(), 1});
            const Tensor both = concat({ones_like(theta), square(sin(theta))}, 1);
            return diagonal_matrix(both);
        },
        "polar sphere");
}

/// For F = x1 x2: from, to, attribution, length of the geodesic.
struct Row {
    std::vector<double> from, to, shares;
    double length;
};
inline const std::vector<Row> rows{{{1, 0}, {1, 1}, {0.069591, 0.930409}, 1.118034},
                                   {{2, 0.5}, {0.5, 2}, {-1.386294, 1.386294}, 3.75},
                                   {{1, -0.5}, {1.5, 1}, {0.370274, 1.629726}, 2.015564}};

/// The shares along the geodesic of x1 x2: under ‖∇F‖² I = |z|² I it is a straight line in w = z², F = Im w / 2.
inline std::vector<double> exact_shares(const std::vector<double>& from, const std::vector<double>& to) {
    using Complex = std::complex<double>;
    const Complex z0(from[0], from[1]), z1(to[0], to[1]), w0 = z0 * z0, w1 = z1 * z1;
    const Complex u = (w1 - w0) / std::abs(w1 - w0);
    const double h = std::imag(std::conj(u) * w0), s0 = std::real(w0 * std::conj(u)), s1 = std::real(w1 * std::conj(u));
    const double k = h == 0 ? 0 : -h * (std::asinh(s1 / std::abs(h)) - std::asinh(s0 / std::abs(h)));
    const double df = to[0] * to[1] - from[0] * from[1];
    return {(df - k / 2) / 2, (df + k / 2) / 2};
}
inline double exact_length(const std::vector<double>& from, const std::vector<double>& to) {
    const std::complex<double> z0(from[0], from[1]), z1(to[0], to[1]);
    return std::abs(z1 * z1 - z0 * z0) / 2;
}
/// The geodesic itself, z(s) = √(z0² + s (z1² - z0²)), where the root's cut is not crossed.
inline Tensor exact_curve(const std::vector<double>& from, const std::vector<double>& to, Index points) {
    const std::complex<double> z0(from[0], from[1]), z1(to[0], to[1]);
    std::vector<double> corners;
    for (Index k = 0; k < points; ++k) {
        const double s = static_cast<double>(k) / static_cast<double>(points - 1);
        const std::complex<double> z = std::sqrt(z0 * z0 + s * (z1 * z1 - z0 * z0));
        corners.insert(corners.end(), {z.real(), z.imag()});
    }
    return Tensor({points, 2}, std::span<const double>(corners));
}

/// The shares of F along corners, integrated to rounding.
inline std::vector<double> shares_along(const Model& f, const Tensor& corners) {
    const Index last = corners.rows() - 1;
    const auto path = [&](const Tensor&, const Tensor&, Index) { return geometry::path_of(corners); };
    const Attribution a =
        attribution::along_paths(f, slice(corners, 0, last, last + 1),
                                 {.baseline = slice(corners, 0, 0, 1), .quadrature = {.steps = 4}, .paths = path});
    return numbers(a.values);
}

/// A softplus network [features] → widths.., random from its number.
inline Model smooth_net(const std::vector<Index>& widths, std::uint64_t number) {
    std::vector<Tensor> weights, biases;
    for (std::size_t k = 0; k + 1 < widths.size(); ++k) {
        const double scale = std::sqrt(2.0 / static_cast<double>(widths[k]));
        weights.push_back(random_tensor({widths[k], widths[k + 1]}, 1000 * number + 2 * k) * scale);
        biases.push_back(random_tensor({widths[k + 1]}, 1000 * number + 2 * k + 1) * 0.5);
    }
    return [weights, biases](const Tensor& x) {
        Tensor h = flatten(x);
        for (std::size_t k = 0; k < weights.size(); ++k) {
            h = matmul(h, weights[k]) + biases[k];
            if (k + 1 < weights.size()) h = tap("hidden", softplus(h * 2.0) * 0.5);
        }
        return h;
    };
}

}  // namespace geometry_tests
