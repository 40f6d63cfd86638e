// A1 (Sundararajan et al. 2017): nothing of F(x) - F(x') is lost, nothing is added.
#include <gradpath/attribution/axioms/rooms.hpp>

#include <numeric>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

std::optional<Miss> gap(Trial& trial, const Generator& generator) {
    const Question q = trial.question(generator.make(trial.draws));
    const Answer answer = trial.ask(q);
    const double f = q.f.at(q.x), from = answer.f_baseline.value_or(mean_of(q.f, q.baselines));
    const double sum = std::accumulate(answer.shares.begin(), answer.shares.end(), 0.0);
    const std::string start = answer.f_baseline || trial.distribution() ? "" : ", x' is " + text_of(q.baselines[0]);
    trial.say(text("the shares sum to ", sum, ", F(x) - F(x') is ", f - from, start));
    return Miss(std::abs(sum - (f - from)), std::max(std::abs(f - from), size_of(answer.shares)));
}

}  // namespace

Axiom completeness() {
    return {"A1", "completeness", "the shares sum to F(x) - F(x')", Claim::completeness, of_all(gap)};
}

}  // namespace gradpath::attribution::axioms
