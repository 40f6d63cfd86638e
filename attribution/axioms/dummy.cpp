// A3 (Sundararajan et al. 2017, sensitivity b): a feature that F ignores gets nothing, whether it does not stand in the
// formula or hides there in the difference of two formulas of one function.
#include <gradpath/attribution/axioms/rooms.hpp>

#include <algorithm>

#include <gradpath/attribution/axioms/network.hpp>
#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

std::optional<Miss> judge(Trial& trial, const Sample& s, std::size_t used) {
    const Question q = trial.question(s);
    const Point shares = trial.shares(q);
    Largest largest;
    for (std::size_t i = used; i < shares.size(); ++i) largest.add(std::abs(shares[i]), i);
    trial.say(text("x", largest.feature + 1, " plays no part in F, and its share is ", shares[largest.feature]));
    return Miss(largest.error, std::max(std::abs(change_of(q)), size_of(shares)));
}

void append(Sample& s, Draws& draws, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
        s.x.push_back(draws.weight(-2, 2));
        s.baseline.push_back(draws.weight(-2, 2));
    }
}

std::optional<Miss> absent(Trial& trial, const Generator& generator) {
    Sample s = generator.make(trial.draws);
    const std::size_t used = s.x.size();
    append(s, trial.draws, 1);
    return judge(trial, s, used);
}

std::optional<Miss> hidden(Trial& trial, const Generator& generator) {
    Sample s = generator.make(trial.draws);
    const std::size_t used = s.x.size();
    append(s, trial.draws, 2);
    s.x[used] = trial.draws.number(1, 3);  // where T15 is not flat
    const std::vector<Expression> x = variables(used + 2);
    const Rewritten pair = hidden_pair(x[used], x[used + 1], trial.draws.number(0.2, 1));
    s.f = s.f + (pair.plain - pair.rewritten);
    return judge(trial, s, used);
}

/// Smooth, behind a ridge, which is never flat.
std::optional<Miss> in_products(Trial& trial) {
    static const Generator& ridge = *std::ranges::find(generators(), "ridge", &Generator::name);
    Sample s = ridge.make(trial.draws);
    const std::size_t used = s.x.size();
    append(s, trial.draws, 2);
    const std::vector<Expression> x = variables(used + 2);
    const Rewritten pair = expanded_pair(x[used], x[used + 1], trial.draws.weight(-1, 1), trial.draws.weight(-1, 1));
    s.f = s.f + (pair.plain - pair.rewritten);
    return judge(trial, s, used);
}

}  // namespace

Axiom dummy() {
    Axiom axiom{"A3", "dummy", "a feature that F ignores gets nothing", Claim::dummy, of_all(absent)};
    for (Source& source : of_all(hidden)) {
        source.name = "hidden in " + source.name;
        source.smooth = false;
        axiom.sources.push_back(std::move(source));
    }
    axiom.sources.push_back({"hidden in products", true, in_products});
    return axiom;
}

}  // namespace gradpath::attribution::axioms
