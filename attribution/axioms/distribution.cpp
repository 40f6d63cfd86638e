// A14: what a method claims among A1 .. A9 of one baseline also holds of a distribution of them: completeness with the
// mean of F(x'), symmetry where swapping the pair leaves the distribution as it is, positivity where F rises from every
// baseline, units that change in the baselines, too (Erion et al. 2021; proportionality is about 0 alone).
#include <gradpath/attribution/axioms/rooms.hpp>

namespace gradpath::attribution::axioms {
namespace {

constexpr std::size_t baselines = 3;

}  // namespace

Axiom distribution(std::span<const Axiom> first_nine) {
    Axiom axiom{
        .id = "A14", .name = "distribution", .statement = "what is claimed of A1 to A9 holds from a distribution"};
    for (const Axiom& one : first_nine) {
        if (one.claim == Claim::proportionality) continue;
        for (Source source : one.sources) {
            source.name = one.id + " " + source.name;
            source.pool = baselines;
            source.claim = one.claim;
            axiom.sources.push_back(std::move(source));
        }
    }
    return axiom;
}

}  // namespace gradpath::attribution::axioms
