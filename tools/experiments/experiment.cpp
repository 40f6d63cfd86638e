#include <gradpath/tools/experiments/experiment.hpp>

#include <array>

namespace gradpath::tools {

std::span<const Experiment> experiments() {
    static constexpr std::array<Experiment, 3> all{{
        {"axioms", "which axioms each method keeps, with a counter-example where not", study_axioms},
        {"masked-states", "baselines that are learned, where the faithful ones are known", study_masked_states},
        {"quadrature", "the error of every rule against its steps", study_quadrature, true},
    }};
    return all;
}

}  // namespace gradpath::tools
