// y = γ (x - μ) / √(σ² + ε) + β with μ, σ² of one row (2016, eq. 3 and 4), the same in training and outside it.
#include <gradpath/nn/layer_norm.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

LayerNorm::LayerNorm(const Shape& shape_in, const NormOptions& options) : shape(shape_in), epsilon(options.epsilon) {
    require<ShapeError>(shape.rank() >= 1 && shape.size() >= 1,
                        "layer_norm: the last axes must hold numbers: the shape ", "is ", shape);
    require(epsilon >= 0, "layer_norm: epsilon must be at least 0: it is ", epsilon);
    if (options.affine) weight = ones(shape, options.dtype), bias = zeros(shape, options.dtype);
}

Tensor LayerNorm::operator()(const Tensor& x) const {
    const Index kept = x.rank() - shape.rank();
    require<ShapeError>(kept >= 1 && x.shape().slice(kept, x.rank()) == shape,
                        "layer_norm: x must be rows that end in ", shape, ": its shape is ", x.shape());
    const Tensor y = standardize(x, {.first = 0, .last = kept, .epsilon = epsilon}).y;
    return weight ? y * weight + bias : y;
}

}  // namespace gradpath::nn
