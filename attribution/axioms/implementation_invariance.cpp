// A5 (Sundararajan et al. 2017): one function, however it is written, gets one answer.
#include <gradpath/attribution/axioms/rooms.hpp>

#include <gradpath/attribution/axioms/network.hpp>
#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

std::optional<Miss> judge(Trial& trial, const Rewritten& pair, const Sample& s) {
    Question q = trial.question(s);
    q.f = pair.plain;
    const Point plain = trial.shares(q);
    q.f = pair.rewritten;
    const Point rewritten = trial.shares(q);
    const auto [error, i] = difference(plain, rewritten);
    trial.say(text("x", i + 1, " gets ", plain[i], " of one formula and ", rewritten[i], " of the other"));
    return Miss(error, std::max(size_of(plain), size_of(rewritten)));
}

/// Three thousandths away from hundredths: a node of a path that hits a kink of a formula, such as that of relu(x1) -
/// relu(-x1) at 0, would leave it to rounding which slope it sees.
Point off_the_grid(Point x) {
    for (double& value : x) value = std::round(1000 * value + 3) / 1000;
    return x;
}

Source rewritten(std::string_view kind) {
    return {std::string(kind), false, [kind](Trial& trial) {
                const std::size_t n = random_width(trial.draws);
                const Rewritten pair = rewrite(trial.draws, kind, n);
                const Point x = off_the_grid(random_point(trial.draws, n));
                return judge(trial, pair, {pair.plain, x, random_point(trial.draws, n)});
            }};
}

std::optional<Miss> two_graphs(Trial& trial) {
    const std::vector<Expression> x = variables(2);
    const Rewritten pair = hidden_pair(x[0], x[1], trial.draws.number(0.2, 1));
    const Point at = off_the_grid({trial.draws.number(1, 3), trial.draws.number(0.1, 2)});
    return judge(trial, pair, {pair.plain, at, {0, 0}});
}

/// Products multiplied out: smooth functions.
std::optional<Miss> expanded(Trial& trial) {
    const std::vector<Expression> x = variables(2);
    const double a = trial.draws.weight(-1, 1), b = trial.draws.weight(-1, 1);
    const Rewritten pair = expanded_pair(x[0], x[1], a, b);
    return judge(trial, pair, {pair.plain, random_point(trial.draws, 2), random_point(trial.draws, 2)});
}

}  // namespace

Axiom invariance() {
    Axiom axiom{"A5",
                "implementation-invariance",
                "equal functions get equal answers",
                Claim::implementation_invariance,
                {{"two graphs", false, two_graphs}, {"expand", true, expanded}}};
    for (const std::string_view kind : rewrites()) axiom.sources.push_back(rewritten(kind));
    return axiom;
}

}  // namespace gradpath::attribution::axioms
