#pragma once
// Does an explanation depend on what the model has learned? Layer by layer, from the output down, the model forgets;
// a method whose pictures stay the same does not explain it (Adebayo et al. 2018, section 3.2).
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution::quality {

/// The model in which `layer` and all layers nearer to the output have new random parameters.
struct RandomisedModel {
    std::string layer;
    Model model;
};
/// Any method with its options: values of rows x, [rows, ..]. Its target must not change with the model: name it.
using ExplainModel = std::function<Tensor(const Model& model, const Tensor& x)>;

struct RandomisationStep {
    std::string layer;  ///< the last that forgot; empty: none, the model as it was trained
    Tensor values;      ///< what is said of the model then
    /// Spearman's rank correlation with the values of the trained model, per row: of the values, and of their sizes.
    std::vector<double> correlation, size_correlation;
};
/// The trained model, then the cascade. Far from 0 at the end means that the picture is of the input, not of the model;
/// sizes may stay alike by right where a method multiplies by the input. Throws ShapeError unless all values have one
/// shape.
std::vector<RandomisationStep> cascading_randomisation(const ExplainModel& explain, const Model& trained,
                                                       const Tensor& x, std::span<const RandomisedModel> cascade);

}  // namespace gradpath::attribution::quality
