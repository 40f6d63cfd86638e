#pragma once
// Quadrature rules on [0, 1] as data: nodes and weights.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::attribution {

/// gauss-kronrod refines where the error is; exact takes every linear piece of a piecewise-linear model by itself
/// (Sotoudeh & Thakur 2019), and needs no steps. The last two reproduce what released code does wrong, under its name:
/// captum-trapezoid spaces N nodes by 1/(N-1) but weighs them by 1/N, so weights sum to (N-1)/N; pair averages N nodes
/// that include both ends at full weight.
enum class QuadratureRule : std::uint8_t {
    left,
    right,
    midpoint,
    trapezoid,
    gauss_legendre,
    gauss_kronrod,
    exact,
    captum_trapezoid,
    pair
};
/// "left", .., "gauss-kronrod", "exact", "captum-trapezoid", "pair". Throws ValueError that lists them and names the
/// nearest.
QuadratureRule parse_rule(std::string_view text);
std::string describe(QuadratureRule rule);

struct Nodes {
    std::vector<double> at, weight;  ///< ascending, in [0, 1]
};
/// The least and the most nodes that a fixed rule may have.
Index least_nodes(QuadratureRule rule);
Index most_nodes(QuadratureRule rule);
/// A fixed rule with `count` nodes; Gauss-Legendre is exact to degree 2·count-1 (Newton on P_count, computed once per
/// count). Throws ValueError for count below 1 (2 for the trapezoids and pair) or above 1,000,000 (Gauss-Legendre
/// 100,000), and for gauss-kronrod and exact, which choose their nodes themselves.
const Nodes& nodes(QuadratureRule rule, Index count);

/// Gauss-Kronrod 7/15 (Kronrod 1965; constants of QUADPACK, Piessens et al. 1983): 15 nodes, the weights of both rules.
struct KronrodNodes {
    std::vector<double> at, weight, gauss_weight;  ///< gauss_weight is 0 at the 8 nodes that only Kronrod has
};
const KronrodNodes& kronrod_nodes();

}  // namespace gradpath::attribution
