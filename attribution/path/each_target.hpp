#pragma once
// For methods whose path depends on what is explained: all targets are the targets one by one.
#include <vector>

#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// The number of outputs of the model at x. Throws ValueError or ShapeError (naming `method`) where it does not run.
Index outputs_of(const std::string& method, const Model& model, const Tensor& x);

/// The answers for target 0, 1, .. as one: values [rows, targets, ..], steps and costs added up.
Attribution joined_targets(const std::vector<Attribution>& answers);

/// Runs a method for every output of the model.
template <class Options>
Attribution each_target(const std::string& name, const Model& model, const Tensor& x, Options options,
                        Attribution (*method)(const Model&, const Tensor&, const Options&)) {
    std::vector<Attribution> answers;
    const Index outputs = outputs_of(name, model, x);
    for (Index target = 0; target < outputs; ++target) {
        options.target = target;
        answers.push_back(method(model, x, options));
    }
    return joined_targets(answers);
}

}  // namespace gradpath::attribution
