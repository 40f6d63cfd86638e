#pragma once
// What gradient and input_x_gradient share: the gradient at the input, and a number made of it and the input.
#include <functional>
#include <string>

#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

struct AtInput {
    const Target& target;
    const OutputStage& stage;
    const Run& run;
};
/// values = f(dF/dxᵢ, xᵢ), in double, for every row and target.
Attribution at_input(const std::string& method, const Model& model, const Tensor& x, const AtInput& options,
                     const std::function<double(double slope, double input)>& f);

}  // namespace gradpath::attribution
