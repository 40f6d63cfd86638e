// Fixed rules are written down; Gauss-Legendre nodes are the roots of the Legendre polynomial P_N, found by Newton's
// method from cos(π (k + 3/4)/(N + 1/2)), with P_N and P_N' by the three-term recurrence; the weight at ξ is
// 2 / ((1 - ξ²) P_N'(ξ)²). Five or six steps reach rounding. Weights of a rule sum to one (save the two that reproduce
// what released code does). A rule is computed once per number of nodes and kept.
#include <gradpath/attribution/core/quadrature.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <numbers>
#include <utility>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution {
namespace {

const std::array<std::string, 9> rule_names{"left",          "right", "midpoint",         "trapezoid", "gauss-legendre",
                                            "gauss-kronrod", "exact", "captum-trapezoid", "pair"};

constexpr std::size_t lanes = 16;  // roots refined side by side: the recurrence is one long chain of waiting otherwise
using Lanes = std::array<double, lanes>;

/// P_n(x) and P_n'(x), for |x| < 1.
void legendre(Index n, const Lanes& x, Lanes& value, Lanes& slope) {
    Lanes before;
    before.fill(1);
    value = x;
    for (Index k = 2; k <= n; ++k) {
        const auto degree = static_cast<double>(k);
        const double up = (2 * degree - 1) / degree, down = (degree - 1) / degree;
        for (std::size_t j = 0; j < lanes; ++j) {
            const double next = up * x[j] * value[j] - down * before[j];
            before[j] = value[j];
            value[j] = next;
        }
    }
    for (std::size_t j = 0; j < lanes; ++j)
        slope[j] = static_cast<double>(n) * (before[j] - x[j] * value[j]) / (1 - x[j] * x[j]);
}

Nodes gauss_legendre(Index count) {
    const auto n = static_cast<std::size_t>(count), half = (n + 1) / 2;  // roots come in pairs ±ξ
    Nodes rule{std::vector<double>(n), std::vector<double>(n)};
    for (std::size_t first = 0; first < half; first += lanes) {
        Lanes root, value, slope;
        for (std::size_t j = 0; j < lanes; ++j) {
            const auto k = static_cast<double>(std::min(first + j, half - 1));
            root[j] = std::cos(std::numbers::pi * (k + 0.75) / (static_cast<double>(count) + 0.5));
        }
        double move = 1;
        for (int step = 0; step < 20 && move > 1e-15; ++step) {
            legendre(count, root, value, slope);
            move = 0;
            for (std::size_t j = 0; j < lanes; ++j) {
                root[j] -= value[j] / slope[j];
                move = std::max(move, std::abs(value[j] / slope[j]));
            }
        }
        if (n % 2 == 1 && first + lanes >= half) root[half - 1 - first] = 0;  // the middle root, to the last bit
        legendre(count, root, value, slope);
        for (std::size_t j = 0; j < std::min(lanes, half - first); ++j) {
            const std::size_t low = first + j, high = n - 1 - low;
            rule.at[low] = (1 - root[j]) / 2;
            rule.at[high] = (1 + root[j]) / 2;
            rule.weight[low] = rule.weight[high] = 1 / ((1 - root[j] * root[j]) * slope[j] * slope[j]);
        }
    }
    double sum = 0;
    for (const double weight : rule.weight) sum += weight;
    for (double& weight : rule.weight) weight /= sum;  // rounding of many weights must not cost completeness
    return rule;
}

/// Evenly spaced nodes (k + offset)/intervals with equal weights 1/count, ends scaled by end_weight.
Nodes even(Index count, double offset, Index intervals, double weight, double end_weight) {
    Nodes rule;
    for (Index k = 0; k < count; ++k) {
        rule.at.push_back((static_cast<double>(k) + offset) / static_cast<double>(intervals));
        rule.weight.push_back(weight * (k == 0 || k == count - 1 ? end_weight : 1));
    }
    return rule;
}

Nodes make_nodes(QuadratureRule rule, Index count) {
    const double share = 1 / static_cast<double>(count);
    switch (rule) {
        case QuadratureRule::left: return even(count, 0, count, share, 1);
        case QuadratureRule::right: return even(count, 1, count, share, 1);
        case QuadratureRule::midpoint: return even(count, 0.5, count, share, 1);
        case QuadratureRule::trapezoid: return even(count, 0, count - 1, 1 / static_cast<double>(count - 1), 0.5);
        case QuadratureRule::captum_trapezoid: return even(count, 0, count - 1, share, 0.5);
        case QuadratureRule::pair: return even(count, 0, count - 1, share, 1);
        case QuadratureRule::gauss_legendre: return gauss_legendre(count);
        case QuadratureRule::gauss_kronrod:
        case QuadratureRule::exact: break;
    }
    throw ValueError(
        text(describe(rule), ": the rule chooses its nodes itself and has no fixed ones; leave the steps out"));
}

}  // namespace

QuadratureRule parse_rule(std::string_view name) {
    return static_cast<QuadratureRule>(position_of("rule:", name, rule_names));
}

std::string describe(QuadratureRule rule) { return rule_names[static_cast<std::size_t>(rule)]; }

Index least_nodes(QuadratureRule rule) {
    const bool both_ends =
        rule == QuadratureRule::trapezoid || rule == QuadratureRule::captum_trapezoid || rule == QuadratureRule::pair;
    return both_ends ? 2 : 1;
}

Index most_nodes(QuadratureRule rule) { return rule == QuadratureRule::gauss_legendre ? 100'000 : 1'000'000; }

const Nodes& nodes(QuadratureRule rule, Index count) {
    require(count >= least_nodes(rule) && count <= most_nodes(rule), describe(rule), ": steps must lie in [",
            least_nodes(rule), ", ", most_nodes(rule), "] but is ", count);
    static std::mutex guard;
    static std::map<std::pair<QuadratureRule, Index>, std::unique_ptr<const Nodes>> known;
    const std::lock_guard lock(guard);
    auto& entry = known[{rule, count}];
    if (!entry) entry = std::make_unique<const Nodes>(make_nodes(rule, count));
    return *entry;
}

const KronrodNodes& kronrod_nodes() {
    static const KronrodNodes rule = [] {
        // Abscissae and weights on [-1, 1] from the end to the middle; every second node belongs to Gauss.
        constexpr std::array<double, 8> at{0.991455371120812639206854697526329, 0.949107912342758524526189684047851,
                                           0.864864423359769072789712788640926, 0.741531185599394439863864773280788,
                                           0.586087235467691130294144691693310, 0.405845151377397166906606412076961,
                                           0.207784955007898467600689403773245, 0.0};
        constexpr std::array<double, 8> kronrod{
            0.022935322010529224963732008058970, 0.063092092629978553290700663189204,
            0.104790010322250183839876322541518, 0.140653259715525918745189590510238,
            0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
            0.204432940075298892414161999234649, 0.209482141084727828012999174891714};
        constexpr std::array<double, 8> gauss{
            0, 0.129484966168869693270611432679082, 0, 0.279705391489276667901467771423780,
            0, 0.381830050505118944950369775488975, 0, 0.417959183673469387755102040816327};
        KronrodNodes nodes_of_both;
        for (int k = -7; k <= 7; ++k) {
            const auto j = static_cast<std::size_t>(7 - std::abs(k));
            nodes_of_both.at.push_back((1 + (k < 0 ? -at[j] : at[j])) / 2);
            nodes_of_both.weight.push_back(kronrod[j] / 2);
            nodes_of_both.gauss_weight.push_back(gauss[j] / 2);
        }
        return nodes_of_both;
    }();
    return rule;
}

}  // namespace gradpath::attribution
