// The weight is [outputs, inputs], as in most published files, so the product takes it transposed.
#include <gradpath/nn/linear.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/rectified.hpp>

namespace gradpath::nn {
namespace {

void require_takes(const Linear& layer, const Tensor& x) {
    const Index inputs = layer.weight.shape()[1];
    require<ShapeError>(x.rank() >= 2 && x.shape()[-1] == inputs, "linear: x must be [rows, ", inputs,
                        "]: its shape is ", x.shape(), "; flatten() joins axes");
}

}  // namespace

Linear::Linear(Index inputs, Index outputs, const LinearOptions& options) {
    require<ShapeError>(inputs >= 1 && outputs >= 1, "linear: inputs and outputs must be at least 1: they are ", inputs,
                        " and ", outputs);
    weight = initial({outputs, inputs}, options.init);
    if (options.bias) bias = zeros({outputs}, options.init.dtype);
}

Tensor Linear::operator()(const Tensor& x) const {
    require_takes(*this, x);
    return bias ? linear(x, weight, bias) : matmul(x, weight, {.transpose_b = true});
}

Tensor Linear::rectified(const Tensor& x) const {
    require_takes(*this, x);
    return bias ? linear_relu(x, weight, bias) : relu(matmul(x, weight, {.transpose_b = true}));
}

}  // namespace gradpath::nn
