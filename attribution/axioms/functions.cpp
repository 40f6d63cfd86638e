// The closed forms (D = x - x'): a monomial Π (x_j - x'_j)^m_j is shared by m_i/Σm, a ridge G(w·x) by w_i D_i/(w·D), a
// homogeneous function of degree k from 0 by x ∘ ∇F/k (Euler), a multilinear one by its Shapley values (Owen 1972), a
// separable one by what each feature does alone, and the minimum of two affine maps by which is the lower for how long.
#include <gradpath/attribution/axioms/functions.hpp>

#include <algorithm>
#include <array>
#include <numeric>

#include <gradpath/attribution/axioms/network.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::axioms {
namespace {

Point difference(const Point& x, const Point& from) {
    Point d(x);
    for (std::size_t i = 0; i < d.size(); ++i) d[i] -= from[i];
    return d;
}

double dot(const std::vector<double>& w, const Point& x) {
    return std::inner_product(w.begin(), w.end(), x.begin(), 0.0);
}

Sample polynomial(Draws& draws) {
    const std::size_t n = random_width(draws);
    Sample s{0, random_point(draws, n), random_point(draws, n), Point(n, 0)};
    std::optional<Expression> sum;
    for (int term = 0; term < 3; ++term) {
        const double c = draws.weight(-1.5, 1.5);
        Expression monomial = c;
        double value = c;
        std::vector<int> powers;
        for (std::size_t i = 0; i < n; ++i) {
            powers.push_back(static_cast<int>(draws.below(3)) + (term == 0 && i == 0 ? 1 : 0));
            if (powers.back() == 0) continue;
            const Expression moved = Expression::variable(static_cast<Index>(i)) - s.baseline[i];
            for (int k = 0; k < powers.back(); ++k) {
                monomial = monomial * moved;
                value *= s.x[i] - s.baseline[i];
            }
        }
        const int degree = std::accumulate(powers.begin(), powers.end(), 0);
        for (std::size_t i = 0; degree > 0 && i < n; ++i) (*s.exact)[i] += powers[i] * value / degree;
        if (degree > 0) sum = sum ? *sum + monomial : monomial;
    }
    s.f = *sum;
    return s;
}

Sample ridge(Draws& draws) {
    const std::size_t n = random_width(draws);
    const std::vector<double> w = draws.weights(n, -1, 1);
    const Expression u = affine(w, variables(n), draws.weight(-0.5, 0.5));
    Sample s{draws.coin() ? tanh(u) : u * u + softplus(u), random_point(draws, n), random_point(draws, n)};
    Point shares = difference(s.x, s.baseline);
    const double along = dot(w, shares), change = s.f.at(s.x) - s.f.at(s.baseline);
    if (std::abs(along) < 0.1) return s;  // the quotient below would lose its digits
    for (std::size_t i = 0; i < n; ++i) shares[i] *= w[i] / along * change;
    s.exact = shares;
    return s;
}

/// A ReLU network without biases, of degree 1, from 0.
Sample homogeneous(Draws& draws) {
    const std::size_t n = random_width(draws);
    Network net = random_network(draws, n);
    for (Network::Layer& layer : net.layers) layer.biases.assign(layer.biases.size(), 0);
    Sample s{net.formula(variables(n)), random_point(draws, n), Point(n, 0), Point(n, 0)};
    const Tensor x = tracked(Tensor({1, static_cast<Index>(n)}, std::span<const double>(s.x)));
    const Tensor slopes = grad(sum(s.f(x)), x);
    for (std::size_t i = 0; i < n; ++i) (*s.exact)[i] = s.x[i] * slopes.at(static_cast<Index>(i));
    return s;
}

/// The Shapley values of three players or fewer, by all coalitions.
Point shapley(const Sample& s) {
    const std::size_t n = s.x.size();
    Point values(n, 0);
    const auto worth = [&](unsigned coalition) {
        Point z = s.baseline;
        for (std::size_t i = 0; i < n; ++i)
            if ((coalition >> i & 1u) != 0) z[i] = s.x[i];
        return s.f.at(z);
    };
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    double orders = 0;
    do {
        unsigned coalition = 0;
        for (const std::size_t i : order) {
            values[i] += worth(coalition | 1u << i) - worth(coalition);
            coalition |= 1u << i;
        }
        ++orders;
    } while (std::next_permutation(order.begin(), order.end()));
    for (double& value : values) value /= orders;
    return values;
}

Sample multilinear(Draws& draws) {
    const std::size_t n = random_width(draws);
    const std::vector<Expression> x = variables(n);
    std::vector<Expression> products = x;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = i + 1; j < n; ++j) products.push_back(x[i] * x[j]);
    if (n == 3) products.push_back(x[0] * x[1] * x[2]);
    Sample s{affine(draws.weights(products.size(), -1, 1), products, 0), random_point(draws, n),
             random_point(draws, n)};
    s.exact = shapley(s);
    return s;
}

Sample separable(Draws& draws) {
    const std::size_t n = random_width(draws);
    Sample s{0, random_point(draws, n), random_point(draws, n), Point(n, 0)};
    std::optional<Expression> sum;
    for (std::size_t i = 0; i < n; ++i) {
        const double c = draws.weight(-1.5, 1.5);
        const Expression x = Expression::variable(static_cast<Index>(i)), alone = c * (draws.coin() ? x * x : tanh(x));
        (*s.exact)[i] = alone.at(s.x) - alone.at(s.baseline);
        sum = sum ? *sum + alone : alone;
    }
    s.f = *sum;
    return s;
}

Sample min_max(Draws& draws) {
    const std::size_t n = random_width(draws);
    const std::vector<double> a = draws.weights(n, -1, 1), b = draws.weights(n, -1, 1);
    const double c = draws.weight(-0.5, 0.5), d = draws.weight(-0.5, 0.5);
    const Expression first = affine(a, variables(n), c), second = affine(b, variables(n), d);
    const bool lower = draws.coin();
    Sample s{lower ? minimum(first, second) : maximum(first, second), random_point(draws, n), random_point(draws, n)};
    const double gap_start = first.at(s.baseline) - second.at(s.baseline), gap_end = first.at(s.x) - second.at(s.x);
    const double crossing = gap_start * gap_end < 0 ? gap_start / (gap_start - gap_end) : 1;
    const bool first_lower = (crossing < 1 ? gap_start : gap_start + gap_end) < 0,
               first_at_start = first_lower == lower;
    s.exact = difference(s.x, s.baseline);
    for (std::size_t i = 0; i < n; ++i)
        (*s.exact)[i] *=
            first_at_start ? crossing * a[i] + (1 - crossing) * b[i] : crossing * b[i] + (1 - crossing) * a[i];
    return s;
}

Sample network(Draws& draws, Expression (*activation)(const Expression&)) {
    const std::size_t n = random_width(draws);
    Network net = random_network(draws, n);
    net.activation = activation;
    return {net.formula(variables(n)), random_point(draws, n), random_point(draws, n)};
}
Sample relu_net(Draws& draws) { return network(draws, relu); }
Sample softplus_net(Draws& draws) { return network(draws, softplus); }

}  // namespace

std::span<const Generator> generators() {
    static const std::array<Generator, 8> all{{{"multilinear", true, multilinear},
                                               {"polynomial", true, polynomial},
                                               {"separable", true, separable},
                                               {"ridge", true, ridge},
                                               {"softplus-net", true, softplus_net},
                                               {"min-max", false, min_max},
                                               {"homogeneous", false, homogeneous},
                                               {"relu-net", false, relu_net}}};
    return all;
}

Point random_point(Draws& draws, std::size_t features) { return draws.weights(features, -2, 2); }

std::size_t random_width(Draws& draws) { return 2 + draws.below(2); }

}  // namespace gradpath::attribution::axioms
