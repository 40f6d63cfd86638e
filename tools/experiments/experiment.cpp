#include <gradpath/tools/experiments/experiment.hpp>

#include <array>

namespace gradpath::tools {

std::span<const Experiment> experiments() {
    static constexpr std::array<Experiment, 4> all{{
        {"axioms", "which axioms each method keeps, with a counter-example where not", study_axioms},
        {"internal-neurons", "units that carry a region, silenced: where does the explanation go?",
         study_internal_neurons},
        {"quadrature", "the error of every rule against its steps", study_quadrature, true},
        {"randomisation", "the network forgets layer by layer: does the explanation change?", study_randomisation,
         true},
    }};
    return all;
}

}  // namespace gradpath::tools
