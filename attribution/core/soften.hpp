#pragma once
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

struct Soften {
    double sharpness = 10;
    /// Also log(mean exp(sharpness · z)) / sharpness over each window for max_pool2d: without it slopes still jump where
    /// another pixel wins.
    bool pools = true;
};

/// The same model with softplus(sharpness · z) / sharpness for every relu, by replaying its graph at `row`, one row of
/// input: it has second derivatives, and each unit differs by at most log(2) / sharpness, each pool of k pixels by at
/// most log(k) / sharpness. Empty where there is nothing to soften. Throws ValueError unless sharpness is above 0; the
/// softened model throws where the graph depends on data.
Model softened(const Model& model, const Tensor& row, const Soften& options = {});

}  // namespace gradpath::attribution
