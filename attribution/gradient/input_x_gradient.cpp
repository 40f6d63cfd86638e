// The first-order share of each feature: F(x) ≈ F(0) + Σ xᵢ dF/dxᵢ, exact where F is homogeneous of degree one (Euler).
#include <gradpath/attribution/gradient/input_x_gradient.hpp>

#include <gradpath/attribution/gradient/at_input.hpp>

namespace gradpath::attribution {

Attribution input_x_gradient(const Model& model, const Tensor& x, const InputXGradient& options) {
    return at_input("input-x-gradient", model, x, {options.target, options.stage, options.run},
                    [](double slope, double input) { return input * slope; });
}

}  // namespace gradpath::attribution
