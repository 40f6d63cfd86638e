#pragma once
// What the tests of relevance have in common.
#include <array>

#include <attribution/functions.hpp>

namespace attribution_tests {

using attribution::Lrp;
using attribution::LrpRule;

constexpr std::array every_rule{LrpRule::zero,   LrpRule::epsilon, LrpRule::gamma, LrpRule::alpha_beta,
                                LrpRule::z_plus, LrpRule::z_box,   LrpRule::flat,  LrpRule::w_squared};

inline std::vector<double> lrp_of(const Model& model, const Tensor& x, const Lrp& options = {}) {
    return numbers(attribution::lrp(model, x, options).values);
}

}  // namespace attribution_tests
