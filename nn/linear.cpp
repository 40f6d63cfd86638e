// The weight is [outputs, inputs], as in most published files, so the product takes it transposed.
#include <gradpath/nn/linear.hpp>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::nn {

Linear::Linear(Index inputs, Index outputs, const LinearOptions& options) {
    require<ShapeError>(inputs >= 1 && outputs >= 1, "linear: inputs and outputs must be at least 1: they are ", inputs,
                        " and ", outputs);
    weight = initial({outputs, inputs}, options.init);
    if (options.bias) bias = zeros({outputs}, options.init.dtype);
}

Tensor Linear::operator()(const Tensor& x) const {
    require<ShapeError>(x.rank() >= 2 && x.shape()[-1] == weight.shape()[1], "linear: x must be [rows, ",
                        weight.shape()[1], "]: its shape is ", x.shape(), "; flatten() joins axes");
    return bias ? linear(x, weight, bias) : matmul(x, weight, {.transpose_b = true});
}

}  // namespace gradpath::nn
