#include <gradpath/tools/experiments/experiment.hpp>

#include <array>

namespace gradpath::tools {

std::span<const Experiment> experiments() {
    static constexpr auto all = std::to_array<Experiment>({
        {"axioms", "which axioms each method keeps, with a counter-example where not", study_axioms},
        {"geodesics", "curves of least energy between images of a softened network, and what speaks for them",
         study_geodesics, true},
        {"gridworld", "Shapley Integrated Gradients and its rivals in grid worlds, against exact Shapley values",
         study_gridworld},
        {"half-moons", "Geodesic IG and its competitors on two moons (arXiv 2502.12108, section 4.1)",
         study_half_moons},
        {"image-baselines", "baselines of Integrated Gradients on images, beside Shapley Integrated Gradients",
         study_image_baselines},
        {"images", "masking curves of Geodesic IG and its competitors on Fashion-MNIST (section 4.2)", study_images},
        {"internal-neurons", "units that carry a region, silenced: where does the explanation go?",
         study_internal_neurons},
        {"masked-states", "baselines that are learned, where the faithful ones are known", study_masked_states},
        {"quadrature", "the error of every rule against its steps", study_quadrature, true},
        {"randomisation", "the network forgets layer by layer: does the explanation change?", study_randomisation,
         true},
    });
    return all;
}

}  // namespace gradpath::tools
