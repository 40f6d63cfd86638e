// A8 (Lundstrom & Razaviyayn 2025): of a function of the sum, from 0, shares are proportional to x.
#include <gradpath/attribution/axioms/rooms.hpp>

#include <numeric>

#include <gradpath/attribution/axioms/network.hpp>
#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

std::optional<Miss> judge(Trial& trial, Expression (*of_sum)(Draws&, const Expression&)) {
    const std::size_t n = random_width(trial.draws);
    const Point x = random_point(trial.draws, n), zero(n, 0);
    const double total = std::accumulate(x.begin(), x.end(), 0.0);
    if (std::abs(total) < 0.1 || trial.start(x, zero) != zero) return std::nullopt;
    const std::vector<double> ones(n, 1);
    const Question q{of_sum(trial.draws, affine(ones, variables(n), 0)), x, {zero}};
    const Point shares = trial.shares(q);
    const double change = change_of(q);
    Point fair = x;
    for (double& share : fair) share *= change / total;
    const auto [error, i] = difference(shares, fair);
    trial.say(text("x", i + 1, " gets ", shares[i], ", its part of the sum is ", fair[i]));
    return Miss(error, std::max(size_of(shares), size_of(fair)));
}

Expression cubic(Draws& d, const Expression& s) {
    return d.weight(-1, 1) * s + d.weight(-1, 1) * (s * s) + d.weight(-0.5, 0.5) * (s * s * s);
}
Expression bent(Draws& d, const Expression& s) { return tanh(d.weight(-1, 1) * s + d.weight(-1, 1)); }
Expression kinked(Draws& d, const Expression& s) { return random_network(d, 1).formula(std::span(&s, 1)); }

}  // namespace

Axiom proportionality() {
    return {"A8",
            "proportionality",
            "of a function of the sum, shares from 0 are proportional to x",
            Claim::proportionality,
            {{"cubic", true, [](Trial& trial) { return judge(trial, cubic); }},
             {"tanh", true, [](Trial& trial) { return judge(trial, bent); }},
             {"relu-net", false, [](Trial& trial) { return judge(trial, kinked); }}}};
}

}  // namespace gradpath::attribution::axioms
