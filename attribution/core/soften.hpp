#pragma once
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// The same model with softplus(sharpness · z) / sharpness for every relu, by replaying its graph at `row`, one row of
/// input: it has second derivatives, and differs from the model by at most log(2) / sharpness at each unit. Empty where
/// the model has no relu. Throws ValueError unless sharpness is above 0; the softened model throws where the graph
/// depends on data.
Model softened(const Model& model, const Tensor& row, double sharpness);

}  // namespace gradpath::attribution
