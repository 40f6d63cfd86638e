// Which input made a network answer as it did? Integrated Gradients: the shares sum to the change of the output.
#include <cmath>
#include <iostream>

#include <gradpath/attribution/attribution.hpp>
#include <gradpath/nn/nn.hpp>

using namespace gradpath;

int main() {
    nn::Init init{.seed = 3, .dtype = DType::float64};
    const nn::Sequential net(nn::Linear(3, 8, {.init = nn::take(init)}), nn::softplus,
                             nn::Linear(8, 1, {.init = nn::take(init)}));
    const Tensor x({1, 3}, {1, -2, 0.5}, DType::float64);

    attribution::IntegratedGradients options;
    options.baseline = attribution::baseline::Zero{};  // "no information"; it is part of the question
    options.quadrature.tolerance = 1e-9;               // as many steps as this takes
    const attribution::Attribution result = attribution::integrated_gradients(net, x, options);

    double total = 0;
    for (Index i = 0; i < 3; ++i) {
        std::cout << "x" << i + 1 << " = " << x.at(i) << " gave " << result.values.at(i) << "\n";
        total += result.values.at(i);
    }
    const double change = result.f_input[0] - result.f_baseline->at(0);
    std::cout << "together " << total << ", the output changed by " << change << "\n";
    std::cout << "tolerance met: " << (result.tolerance_met->at(0) ? "yes" : "no") << ", with " << result.steps->at(0)
              << " gradients\n";
}

// Output:
// x1 = 1 gave -0.171821
// x2 = -2 gave -0.401896
// x3 = 0.5 gave -0.297899
// together -0.871617, the output changed by -0.871617
// tolerance met: yes, with 30 gradients
