// Determinants. The slope of det(a) is the matrix C of cofactors, computed without dividing by the determinant; that of
// C, for regular a, is (⟨H, C⟩ C - C Hᵀ C) / det(a), from C = det(a) a⁻ᵀ and d(a⁻ᵀ) = -a⁻ᵀ daᵀ a⁻ᵀ.
#include <gradpath/autodiff/linalg.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/matrices.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

/// One number per matrix, as a 1 x 1 matrix.
Tensor as_matrix(const Tensor& x) { return reshape(x, x.shape().joined({1, 1})); }

Computed determinant_forward(std::span<const Tensor> inputs, const Attributes&) {
    const Value& a = value_of(inputs[0]);
    Value y(batch_of(inputs[0]), a.dtype);
    dispatch(a.dtype,
             [&]<Real T>(T) { kernels::determinant<T>(a.data<T>(), y.data<T>(), y.shape.size(), a.shape[-1]); });
    return {{std::move(y)}};
}
Tensors determinant_vjp(const VjpCall& call) { return {as_matrix(call.g()) * cofactors(call.x())}; }

Computed cofactors_forward(std::span<const Tensor> inputs, const Attributes&) {
    const Value& a = value_of(inputs[0]);
    Value c(a.shape, a.dtype);
    const Index count = batch_of(inputs[0]).size();
    dispatch(a.dtype, [&]<Real T>(T) { kernels::cofactors<T>(a.data<T>(), c.data<T>(), count, a.shape[-1]); });
    return {{std::move(c)}};
}
Tensors cofactors_vjp(const VjpCall& call) {
    const Tensor &c = call.y(), &h = call.g();
    const Tensor turned = matmul(matmul(c, h, {.transpose_b = true}), c);
    return {(sum(h * c, {.axes = {-2, -1}, .keep = true}) * c - turned) / as_matrix(determinant(call.x()))};
}

Computed log_determinant_forward(std::span<const Tensor> inputs, const Attributes&) {
    const Value& a = value_of(inputs[0]);
    Value sign(batch_of(inputs[0]), a.dtype), log(sign.shape, a.dtype);
    dispatch(a.dtype, [&]<Real T>(T) {
        kernels::log_determinant<T>(a.data<T>(), sign.data<T>(), log.data<T>(), log.shape.size(), a.shape[-1]);
    });
    return {{std::move(sign), std::move(log)}};
}
Tensors log_determinant_vjp(const VjpCall& call) {
    if (!call.cotangents[1]) return {Tensor()};  // the sign has no slope
    return {as_matrix(call.cotangents[1]) * transpose(inverse(call.x()))};
}

}  // namespace

const Op determinant_row{OpCode::determinant, "determinant", determinant_forward, determinant_vjp};
const Op cofactors_row{OpCode::cofactors, "cofactors", cofactors_forward, cofactors_vjp};
const Op log_determinant_row{OpCode::log_determinant, "log_determinant", log_determinant_forward, log_determinant_vjp};

Tensor determinant(const Tensor& a) {
    square_size("determinant", a);
    return apply_one(determinant_row, {a});
}

Tensor cofactors(const Tensor& a) {
    square_size("cofactors", a);
    return apply_one(cofactors_row, {a});
}

LogDeterminant log_determinant(const Tensor& a) {
    square_size("log_determinant", a);
    const Tensors both = apply(log_determinant_row, {a});
    return {both[0], both[1]};
}

}  // namespace gradpath
