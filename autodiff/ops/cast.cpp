// Between float32 and float64, rounded to nearest. Linear; its adjoint casts back.
#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

Computed cast_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    Value y(x.shape, attributes.as<DType>());
    if (x.dtype == DType::float32)
        kernels::convert(static_cast<const float*>(x.data<float>()), y.data<double>(), x.shape.size());
    else kernels::convert(static_cast<const double*>(x.data<double>()), y.data<float>(), x.shape.size());
    return {{std::move(y)}};
}

Tensors cast_vjp(const VjpCall& call) { return {call.g().to(call.x().dtype())}; }

}  // namespace

const Op cast_row{OpCode::cast, "cast", cast_forward, cast_vjp, Forward::linear};

Tensor Tensor::to(DType dtype) const {
    if (this->dtype() == dtype) return *this;
    return apply_one(cast_row, {*this}, Attributes::of(dtype));
}

}  // namespace gradpath
