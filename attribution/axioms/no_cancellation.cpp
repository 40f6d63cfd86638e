// A12: what shares of opposite signs take from each other, (Σ|A| - |F(x) - F(x')|) / Σ|A|. No path method can avoid it:
// x1 - x2 from 0 to (1, 1) gives (1, -1) along every path. So it is measured, never asserted.
#include <gradpath/attribution/axioms/rooms.hpp>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

std::optional<Miss> cancelled(Trial& trial, const Generator& generator) {
    const Question q = trial.question(generator.make(trial.draws));
    const Answer answer = trial.ask(q);
    const double change = q.f.at(q.x) - answer.f_baseline.value_or(mean_of(q.f, q.baselines));
    return Miss(std::max(0.0, size_of(answer.shares) - std::abs(change)), size_of(answer.shares));
}

}  // namespace

Axiom no_cancellation() {
    return {.id = "A12",
            .name = "no-cancellation",
            .statement = "how much of the shares cancels: the median of (sum |A| - |dF|) / sum |A|",
            .sources = of_all(cancelled),
            .measured = true};
}

}  // namespace gradpath::attribution::axioms
