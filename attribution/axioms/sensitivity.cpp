// A2 (Sundararajan et al. 2017, sensitivity a): what alone differs, and makes a difference, gets a share. Where F is
// flat at x, as 1 - relu(1 - x1) at 2, gradients at x alone cannot know.
#include <gradpath/attribution/axioms/rooms.hpp>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

constexpr double nothing = 1e-9;   // of F(x) - F(x')
constexpr double steepness = 0.3;  // of F on the way at least, on average: what matters is seen with a few steps, too

std::optional<Miss> judge(Trial& trial, Sample s, std::size_t feature) {
    for (std::size_t i = 0; i < s.x.size(); ++i)
        if (i != feature) s.baseline[i] = s.x[i];
    const Question q = trial.question(s);
    if (trial.start(s.x, s.baseline) != s.baseline) return std::nullopt;
    const double change = change_of(q);
    if (std::abs(change) < std::max(1e-3, steepness * std::abs(s.x[feature] - s.baseline[feature])))
        return std::nullopt;
    const double share = trial.shares(q)[feature];
    trial.say(text("only x", feature + 1, " differs, by ", s.x[feature] - s.baseline[feature], ", F(x) - F(x') is ",
                   change, ", and its share is ", share));
    return std::abs(share) > nothing * std::abs(change) ? Miss(0, 1) : Miss(1, 1);
}

std::optional<Miss> one_differs(Trial& trial, const Generator& generator) {
    Sample s = generator.make(trial.draws);
    const std::size_t feature = trial.draws.below(s.x.size());
    return judge(trial, std::move(s), feature);
}

/// c - relu(c - x1) + b x2, flat in x1 beyond c.
std::optional<Miss> saturated(Trial& trial) {
    Draws& d = trial.draws;
    const double c = d.number(0.2, 1.5);
    const std::vector<Expression> x = variables(2);
    Sample s{c - relu(c - x[0]) + d.weight(-1, 1) * x[1], {c + d.number(0.1, 2), d.weight(-2, 2)}, {0, 0}};
    s.baseline[0] = c - d.number(0.2, 2);
    return judge(trial, std::move(s), 0);
}

}  // namespace

Axiom sensitivity() {
    Axiom axiom{"A2", "sensitivity", "the one feature that differs and matters gets a share", Claim::sensitivity,
                of_all(one_differs)};
    axiom.sources.insert(axiom.sources.begin(), {"saturated", false, saturated});
    return axiom;
}

}  // namespace gradpath::attribution::axioms
