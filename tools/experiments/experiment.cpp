#include <gradpath/tools/experiments/experiment.hpp>

#include <array>

namespace gradpath::tools {

std::span<const Experiment> experiments() {
    static constexpr std::array<Experiment, 4> all{{
        {"axioms", "which axioms each method keeps, with a counter-example where not", study_axioms},
        {"half-moons", "Geodesic IG and its competitors on two moons (arXiv 2502.12108, section 4.1)",
         study_half_moons},
        {"images", "masking curves of Geodesic IG and its competitors on Fashion-MNIST (section 4.2)", study_images},
        {"quadrature", "the error of every rule against its steps", study_quadrature, true},
    }};
    return all;
}

}  // namespace gradpath::tools
