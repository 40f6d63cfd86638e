#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::kronrod_nodes;
using attribution::KronrodNodes;
using attribution::Nodes;
using attribution::nodes;
using attribution::parse_rule;
using attribution::QuadratureRule;

namespace {

double integral_of_power(const Nodes& rule, int power) {
    double sum = 0;
    for (std::size_t k = 0; k < rule.at.size(); ++k) sum += rule.weight[k] * std::pow(rule.at[k], power);
    return sum;
}

/// The degree up to which a rule is exact on [0, 1].
int degree(const Nodes& rule, double tolerance = 1e-12) {
    int power = 0;
    while (power < 60 && std::abs(integral_of_power(rule, power) - 1.0 / (power + 1)) <= tolerance) ++power;
    return power - 1;
}

const std::vector<QuadratureRule> fixed_rules{QuadratureRule::left, QuadratureRule::right, QuadratureRule::midpoint,
                                              QuadratureRule::trapezoid, QuadratureRule::gauss_legendre};

}  // namespace

TEST_CASE("weights of every rule sum to one") {
    for (const QuadratureRule rule : fixed_rules)
        for (const Index count : {2, 3, 10, 50, 999, 16384}) {
            CAPTURE(attribution::describe(rule));
            CAPTURE(count);
            CHECK(integral_of_power(nodes(rule, count), 0) == doctest::Approx(1).epsilon(1e-13));
        }
    CHECK(integral_of_power(nodes(QuadratureRule::captum_trapezoid, 10), 0) == doctest::Approx(0.9));
    CHECK(integral_of_power(nodes(QuadratureRule::pair, 10), 0) == doctest::Approx(1));
}

TEST_CASE("nodes ascend within [0, 1] and lie symmetrically where the rule is symmetric") {
    for (const QuadratureRule rule : fixed_rules)
        for (const Index count : {2, 7, 64}) {
            const Nodes& q = nodes(rule, count);
            REQUIRE(q.at.size() == static_cast<std::size_t>(count));
            CHECK(q.at.front() >= 0);
            CHECK(q.at.back() <= 1);
            for (std::size_t k = 1; k < q.at.size(); ++k) CHECK(q.at[k] > q.at[k - 1]);
            if (rule == QuadratureRule::left || rule == QuadratureRule::right) continue;
            for (std::size_t k = 0; k < q.at.size(); ++k) {
                CHECK(q.at[k] + q.at[q.at.size() - 1 - k] == doctest::Approx(1).epsilon(1e-14));
                CHECK(q.weight[k] == doctest::Approx(q.weight[q.at.size() - 1 - k]).epsilon(1e-12));
            }
        }
}

TEST_CASE("rules are exact to exactly their degree") {
    CHECK(degree(nodes(QuadratureRule::left, 10)) == 0);
    CHECK(degree(nodes(QuadratureRule::right, 10)) == 0);
    CHECK(degree(nodes(QuadratureRule::midpoint, 10)) == 1);
    CHECK(degree(nodes(QuadratureRule::trapezoid, 10)) == 1);
    for (const int count : {1, 2, 3, 4, 5, 6}) {
        CAPTURE(count);
        CHECK(degree(nodes(QuadratureRule::gauss_legendre, count), 1e-14) == 2 * count - 1);
    }
    for (const int count : {10, 15, 25}) CHECK(degree(nodes(QuadratureRule::gauss_legendre, count)) >= 2 * count - 1);
}

TEST_CASE("Gauss-Legendre with two and three nodes has its textbook values") {
    const Nodes& two = nodes(QuadratureRule::gauss_legendre, 2);
    CHECK(two.at[0] == doctest::Approx(0.5 - 0.5 / std::sqrt(3.0)).epsilon(1e-15));
    CHECK(two.weight[0] == doctest::Approx(0.5));
    const Nodes& three = nodes(QuadratureRule::gauss_legendre, 3);
    CHECK(three.at[0] == doctest::Approx(0.5 - 0.5 * std::sqrt(0.6)).epsilon(1e-15));
    CHECK(three.at[1] == 0.5);
    CHECK(three.weight[1] == doctest::Approx(4.0 / 9));
}

TEST_CASE("Gauss-Legendre with very many nodes still integrates to rounding") {
    const Nodes& q = nodes(QuadratureRule::gauss_legendre, 20'000);
    double sum = 0;
    for (std::size_t k = 0; k < q.at.size(); ++k) sum += q.weight[k] * std::cos(300 * q.at[k]);
    CHECK(std::abs(sum - std::sin(300.0) / 300) <= 1e-14);
}

TEST_CASE("Kronrod is exact to degree 22 and its Gauss half to degree 13") {
    const KronrodNodes& q = kronrod_nodes();
    REQUIRE(q.at.size() == 15);
    CHECK(degree({q.at, q.weight}, 1e-15) >= 22);
    CHECK(degree({q.at, q.gauss_weight}, 1e-15) == 13);
    const Nodes& gauss = nodes(QuadratureRule::gauss_legendre, 7);
    for (std::size_t k = 0; k < 7; ++k) {
        CHECK(q.at[2 * k + 1] == doctest::Approx(gauss.at[k]).epsilon(1e-15));
        CHECK(q.gauss_weight[2 * k + 1] == doctest::Approx(gauss.weight[k]).epsilon(1e-14));
        CHECK(q.gauss_weight[2 * k] == 0);
    }
}

TEST_CASE("a rule is computed once") {
    CHECK(&nodes(QuadratureRule::gauss_legendre, 33) == &nodes(QuadratureRule::gauss_legendre, 33));
}

TEST_CASE("rule names read back, and a wrong one names the nearest") {
    for (const char* name :
         {"left", "right", "midpoint", "trapezoid", "gauss-legendre", "gauss-kronrod", "captum-trapezoid", "pair"})
        CHECK(attribution::describe(parse_rule(name)) == name);
    CHECK(error_of<ValueError>([] { parse_rule("gauss-legender"); }) ==
          "rule: 'gauss-legender' is unknown; did you mean 'gauss-legendre'? There are: left right midpoint trapezoid "
          "gauss-legendre gauss-kronrod exact captum-trapezoid pair");
}

TEST_CASE("rules say how many nodes they can have") {
    CHECK(error_of<ValueError>([] { nodes(QuadratureRule::left, 0); }) ==
          "left: steps must lie in [1, 1000000] but is 0");
    CHECK(error_of<ValueError>([] { nodes(QuadratureRule::trapezoid, 1); }) ==
          "trapezoid: steps must lie in [2, 1000000] but is 1");
    CHECK(error_of<ValueError>([] { nodes(QuadratureRule::gauss_legendre, 100'001); }) ==
          "gauss-legendre: steps must lie in [1, 100000] but is 100001");
    CHECK(error_of<ValueError>([] { nodes(QuadratureRule::gauss_kronrod, 15); }) ==
          "gauss-kronrod: the rule chooses its nodes itself and has no fixed ones; leave the steps out");
}
