#pragma once
// What a model is made of and what a row costs, place by place: found by running it once, so true of any callable.
#include <string>
#include <vector>

#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/nn/layer.hpp>

namespace gradpath::nn {

/// A place that the model taps. The counts are its own: what stands inside a place has a row of its own.
struct SummaryRow {
    std::string path;         ///< as tapped; "" for what stands outside all places
    Shape output;             ///< of one row there
    Index parameters = 0;     ///< numbers; a layer that is used twice counts them the first time
    Index multiply_adds = 0;  ///< of one row, in matmul and in convolutions and their adjoints
    Index bytes = 0;          ///< of one row's output
};
struct Summary {
    std::vector<SummaryRow> rows;  ///< in the order they are reached
    Index parameters = 0, multiply_adds = 0, bytes = 0;
};

Summary summary_of(const Function& run, const std::vector<Parameter>& parameters, const Shape& row);
/// Runs the model once on zeros, outside of training; `row` is the shape of one input, without the leading axis. The
/// inputs have the dtype of the parameters, float32 where there are none.
template <class M>
Summary summary(const M& model, const Shape& row) {
    return summary_of([&model](const Tensor& x) { return model(x); }, parameters(model), row);
}

}  // namespace gradpath::nn
