// A11: a feature that equals its baseline gets nothing. A method that makes its own baseline of x is given an x that
// equals it there.
#include <gradpath/attribution/axioms/rooms.hpp>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

/// Moves x_i onto its baseline; false where that does not settle.
bool settle(Trial& trial, Sample& s, std::size_t i) {
    for (int round = 0; round < 200; ++round) {
        const std::optional<Point> start = trial.start(s.x, s.baseline);
        if (!start) return false;
        if (s.x[i] == (*start)[i]) return true;
        s.x[i] = (*start)[i];
    }
    return false;
}

std::optional<Miss> unchanged(Trial& trial, const Generator& generator) {
    Sample s = generator.make(trial.draws);
    const std::size_t i = trial.draws.below(s.x.size());
    if (!settle(trial, s, i)) return std::nullopt;
    const Question q = trial.question(s);
    const Point shares = trial.shares(q);
    trial.say(text("x", i + 1, " is what it was in the baseline, and gets ", shares[i]));
    return Miss(std::abs(shares[i]), std::max(std::abs(change_of(q)), size_of(shares)));
}

}  // namespace

Axiom locality() {
    return {"A11", "locality", "a feature that equals its baseline gets nothing", Claim::locality, of_all(unchanged)};
}

}  // namespace gradpath::attribution::axioms
