#include <gradpath/attribution/axioms/controls.hpp>

#include <cmath>

#include <gradpath/attribution/path/along_paths.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::axioms {
namespace {

constexpr double tight = 1e-11;

double value(const Model& f, const Tensor& x) { return f(x).at(0); }

Tensor along(const Model& f, const Tensor& x, const Tensor& baseline, const PathMeasure& paths) {
    return along_paths(f, x, {.baseline = baseline, .quadrature = {.tolerance = tight}, .paths = paths}).values;
}

/// One feature after the other, in their order or in the reverse.
Tensor in_order(const Model& f, const Tensor& x, const Tensor& baseline, bool reverse) {
    const Index n = x.size();
    return along(f, x, baseline, [=](const Tensor& from, const Tensor& to, Index) {
        return Path{.edges = n, .corner = [=](Index k) {
                        const Tensor place = arange(n, DType::float64);
                        const Tensor moved = reverse ? greater_equal(place, static_cast<double>(n - k))
                                                     : greater(static_cast<double>(k) - place, 0.0);
                        return where(moved, to, from);
                    }};
    });
}

Tensor single_order(const Model& f, const Tensor& x, const Tensor& baseline) { return in_order(f, x, baseline, false); }

Tensor mixed(const Model& f, const Tensor& x, const Tensor& baseline, double share) {
    return in_order(f, x, baseline, false) * share + in_order(f, x, baseline, true) * (1 - share);
}

/// Its chords, which are a monotone path, too.
Tensor squared_path(const Model& f, const Tensor& x, const Tensor& baseline) {
    constexpr Index chords = 4;
    return along(f, x, baseline, [](const Tensor& from, const Tensor& to, Index) {
        return Path{.edges = chords, .corner = [=](Index k) {
                        const double t = static_cast<double>(k) / chords;
                        std::vector<double> at;
                        for (Index i = 0; i < to.size(); ++i)
                            at.push_back(k == chords ? to.at(i)
                                                     : from.at(i) + (i % 2 == 0 ? t : t * t) * (to.at(i) - from.at(i)));
                        return Tensor(to.shape(), std::span<const double>(at));
                    }};
    });
}

Tensor exact_shapley(const Model& f, const Tensor& x, const Tensor& baseline) {
    const auto n = static_cast<unsigned>(x.size());
    const auto worth = [&](unsigned coalition) {
        std::vector<double> z;
        for (unsigned i = 0; i < n; ++i) z.push_back((coalition >> i & 1u) != 0 ? x.at(i) : baseline.at(i));
        return value(f, Tensor(x.shape(), std::span<const double>(z)));
    };
    std::vector<double> shares(n, 0);
    for (unsigned coalition = 0; coalition < 1u << n; ++coalition)
        for (unsigned i = 0; i < n; ++i) {
            if ((coalition >> i & 1u) != 0) continue;
            const double before = static_cast<double>(__builtin_popcount(coalition));
            const double weight = std::tgamma(before + 1) * std::tgamma(n - before) / std::tgamma(n + 1.0);
            shares[i] += weight * (worth(coalition | 1u << i) - worth(coalition));
        }
    return {x.shape(), std::span<const double>(shares)};
}

Tensor equal_split(const Model& f, const Tensor& x, const Tensor& baseline) {
    return full(x.shape(), (value(f, x) - value(f, baseline)) / static_cast<double>(x.size()), DType::float64);
}

/// Fixed nodes: what holds, holds for the sum as it holds for the integral.
Tensor t_weighted(const Model& f, const Tensor& x, const Tensor& baseline) {
    const Nodes& rule = nodes(QuadratureRule::gauss_legendre, 32);
    const Tensor at = Tensor({32, 1}, std::span<const double>(rule.at)), way = x - baseline;
    const Tensor weight = Tensor({32, 1}, std::span<const double>(rule.weight));
    const Tensor points = tracked(baseline + at * way);
    return way * sum(grad(sum(f(points)), points) * at * weight * 2.0, {.axes = {0}, .keep = true});
}

/// Of F + 20, so that the divisor is never near 0. The square is an output stage: the network below stays piecewise
/// linear, and is integrated piece by piece.
Tensor squared_function(const Model& f, const Tensor& x, const Tensor& baseline) {
    constexpr double lift = 20;
    const OutputFunction squared = [](const Tensor& y) { return square(reshape(y, {y.rows()}) + lift); };
    const IntegratedGradients options{.target = squared, .baseline = baseline, .quadrature = {.tolerance = tight}};
    return integrated_gradients(f, x, options).values / (value(f, x) + value(f, baseline) + 2 * lift);
}

}  // namespace

std::vector<Control> controls() {
    const auto mixture = [](double share) {
        return [share](const Model& f, const Tensor& x, const Tensor& from) { return mixed(f, x, from, share); };
    };
    return {{subject("exact-shapley", exact_shapley), {"A8", "A10"}},
            {subject("single-order", single_order), {"A6", "A8", "A10"}},
            {subject("squared-path", squared_path), {"A6", "A8", "A10"}},
            {subject("mixture", mixture(0.3)), {"A6", "A8", "A10"}},
            {subject("signed-mixture", mixture(2)), {"A6", "A8", "A9", "A10"}},
            {subject("equal-split", equal_split), {"A3", "A8", "A10", "A11"}},
            {subject("t-weighted", t_weighted), {"A1", "A8"}},
            {subject("squared-function", squared_function), {"A4", "A10"}}};
}

}  // namespace gradpath::attribution::axioms
