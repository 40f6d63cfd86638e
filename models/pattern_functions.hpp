#pragma once
// Random functions whose faithful baselines are known: what learned baselines are measured against.
#include <cstdint>
#include <string>
#include <vector>

#include <gradpath/models/expr.hpp>

namespace gradpath::models {

/// Where a variable stands in a pattern function.
enum class PatternPart : std::uint8_t {
    product,   ///< in a product of three or more variables
    factor,    ///< in the product before a power
    summand,   ///< in the sum that is raised to a power
    and_gate,  ///< in a soft AND
    or_gate,   ///< in a soft OR
    ambiguous  ///< where several values are as faithful: in negated products
};
std::string describe(PatternPart part);

/// A sum of products, powers and soft gates over disjoint sets of variables in {0, 1} (the synthetic functions of Ren
/// et al. 2023, section 4). The faithful value of a variable leaves its component a single pattern: it is 0 in products
/// and powers, what makes the literal false in an AND, and what makes it true in an OR, which is the negation of an AND
/// of negations. By the same duality a product that is a literal of an OR is a negated product of that AND.
struct PatternFunction {
    std::string kinds;  ///< of its components: M products, P powers, S gates, such as "MS"
    Formula formula;
    std::vector<double> truth;  ///< of each variable, 0 or 1; NaN for ambiguous ones
    std::vector<PatternPart> parts;
};
/// As many functions as the published list has of each kind and number of components, 100 in all, in random order; the
/// grammar of that list with numbers of our own. The first `count`. Throws ValueError outside 1 .. 100.
std::vector<PatternFunction> pattern_functions(Index count = 100, std::uint64_t seed = 0);

/// Random rows of 0 and 1 in float64, each followed by its opposite, so that every variable is 1 in half of them.
/// Throws ValueError for an odd number of rows.
Tensor binary_rows(Index rows, Index variables, std::uint64_t seed);

}  // namespace gradpath::models
