#include <gradpath/tools/experiments/experiment.hpp>

#include <array>

namespace gradpath::tools {

std::span<const Experiment> experiments() {
    static constexpr std::array<Experiment, 4> all{{
        {"axioms", "which axioms each method keeps, with a counter-example where not", study_axioms},
        {"gridworld", "Shapley Integrated Gradients and its rivals in grid worlds, against exact Shapley values",
         study_gridworld},
        {"image-baselines", "baselines of Integrated Gradients on images, beside Shapley Integrated Gradients",
         study_image_baselines},
        {"quadrature", "the error of every rule against its steps", study_quadrature, true},
    }};
    return all;
}

}  // namespace gradpath::tools
