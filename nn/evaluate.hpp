#pragma once
// How well a model answers.
#include <atomic>
#include <functional>
#include <vector>

#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/nn/data.hpp>

namespace gradpath::nn {

/// One number for a batch from the model's output and the batch. Empty: mean_cross_entropy where there are labels,
/// mean_squared_error otherwise.
using Loss = std::function<Tensor(const Tensor& output, const Examples& batch)>;
/// The loss of a batch. Throws ValueError if the loss is empty and the batch has neither labels nor targets.
Tensor loss_of(const Loss& loss, const Tensor& output, const Examples& batch);
/// How many rows have their largest output at the label; outputs are [rows, classes].
Index count_correct(const Tensor& output, const Indices& labels);

struct Evaluate {
    Index batch = 256;
    Loss loss = {};
    const std::atomic<bool>* cancel = nullptr;  ///< throws Cancelled when set
};

struct Evaluation {
    Index rows = 0;
    double loss = 0;                     ///< mean over rows
    double accuracy = 0;                 ///< share of rows answered right; NaN without labels
    std::vector<double> per_class = {};  ///< share of each class's rows answered right; NaN for a class without rows
    Indices confusion = {};              ///< [classes, classes]: rows of class i answered as j
};
/// Runs the model over all examples in batches, without recording. Labels need outputs of the shape [rows, classes].
/// Throws ValueError without examples.
Evaluation evaluate(const Function& model, const Examples& examples, const Evaluate& options = {});

}  // namespace gradpath::nn
