// A4 (Sundararajan et al. 2017): A(aF + bG) = a A(F) + b A(G).
#include <gradpath/attribution/axioms/rooms.hpp>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

std::optional<Miss> combined(Trial& trial, const Generator& generator) {
    Sample s = generator.make(trial.draws), other = generator.make(trial.draws);
    while (other.x.size() != s.x.size()) other = generator.make(trial.draws);
    const double a = trial.draws.weight(-2, 2), b = trial.draws.weight(-2, 2);
    const Question f = trial.question(s);
    Question g = f, both = f;
    g.f = other.f;
    both.f = a * f.f + b * g.f;
    const Point of_f = trial.shares(f), of_g = trial.shares(g), of_both = trial.shares(both);
    const auto silent = [](const Point& shares) { return size_of(shares) == 0; };
    if (silent(of_f) || silent(of_g) || silent(of_both)) {
        const bool all = silent(of_f) && silent(of_g) && silent(of_both);
        if (!all) return std::nullopt;  // a walk that does not set out on one of them: true, but trivial
    }
    Point expected(of_f);
    for (std::size_t i = 0; i < of_f.size(); ++i) expected[i] = a * of_f[i] + b * of_g[i];
    const auto [error, i] = difference(of_both, expected);
    trial.say(text("x", i + 1, " gets ", of_both[i], " of ", a, "*F+", b, "*G instead of ", expected[i]));
    return Miss(error, std::abs(a) * size_of(of_f) + std::abs(b) * size_of(of_g));
}

}  // namespace

Axiom linearity() { return {"A4", "linearity", "A(aF + bG) = a A(F) + b A(G)", Claim::linearity, of_all(combined)}; }

}  // namespace gradpath::attribution::axioms
