#pragma once
// For the list of axioms: each stands in a file of its own.
#include <span>

#include <gradpath/attribution/axioms/axiom.hpp>

namespace gradpath::attribution::axioms {

Axiom completeness();
Axiom sensitivity();
Axiom dummy();
Axiom linearity();
Axiom invariance();
Axiom symmetry();
Axiom affine_scale();
Axiom proportionality();
Axiom positivity();
Axiom monotonicity();
Axiom locality();
Axiom no_cancellation();
Axiom continuity();
/// The same axioms from several baselines at once.
Axiom distribution(std::span<const Axiom> first_nine);

}  // namespace gradpath::attribution::axioms
