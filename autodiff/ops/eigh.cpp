// a = V diag(w) Vᵀ. Giles 2008, 3.1: dw = diag(Vᵀ da V), dV = V (F ∘ Vᵀ da V) with F[i][j] = 1 / (w[j] - w[i]), and 0
// where the two are one value; so ā = V (diag(w̄) + F ∘ Vᵀ V̄) Vᵀ, made symmetric.
#include <cmath>
#include <limits>

#include <gradpath/autodiff/linalg.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/matrices.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

/// How far apart two eigenvalues must be to count as two, in units of the largest: a few roundings per row.
struct Rounding {
    double relative;
};

template <Real T>
void require_finite_lower(const T* a, Index count, Index n) {
    for (Index m = 0; m < count; ++m)
        for (Index i = 0; i < n; ++i)
            for (Index j = 0; j <= i; ++j)
                require<NumericError>(std::isfinite(a[(m * n + i) * n + j]), "eigh: the matrix must be finite: entry (",
                                      i, ", ", j, ") of matrix ", m, " is ",
                                      static_cast<double>(a[(m * n + i) * n + j]));
}

Computed eigh_forward(std::span<const Tensor> inputs, const Attributes&) {
    const Value& a = value_of(inputs[0]);
    const Index n = a.shape[-1], count = batch_of(inputs[0]).size();
    Value values(batch_of(inputs[0], 1), a.dtype), vectors(a.shape, a.dtype);
    return dispatch(a.dtype, [&]<Real T>(T) {
        require_finite_lower<T>(a.data<T>(), count, n);
        kernels::eigh<T>(a.data<T>(), values.data<T>(), vectors.data<T>(), count, n);
        const double rounding = 4 * static_cast<double>(n) * static_cast<double>(std::numeric_limits<T>::epsilon());
        return Computed{{std::move(values), std::move(vectors)}, Attributes::of(Rounding{rounding})};
    });
}

/// F[i][j] = 1 / (w[j] - w[i]), 0 within rounding.
Tensor inverse_gaps(const Tensor& w, double rounding) {
    const Index n = w.shape()[-1];
    const Shape batch = batch_of(w, 1);
    const Tensor gaps = reshape(w, batch.joined({1, n})) - reshape(w, batch.joined({n, 1}));
    const Tensor largest = max(abs(detached(w)), {.axes = {-1}, .keep = true});
    const Tensor apart = greater(abs(gaps), reshape(largest * rounding, batch.joined({1, 1})));
    return apart / where(apart, gaps, ones_like(gaps));
}

Tensors eigh_vjp(const VjpCall& call) {
    const Tensor &values = call.outputs[0], &vectors = call.outputs[1];
    const Tensor &slope_values = call.cotangents[0], &slope_vectors = call.cotangents[1];
    if (values.size() == 0) return {zeros_like(call.x())};
    Tensor inner = slope_values ? diagonal_matrix(slope_values) : Tensor();
    if (slope_vectors) {
        const Tensor turning = inverse_gaps(values, call.saved.as<Rounding>().relative) *
                               matmul(vectors, slope_vectors, {.transpose_a = true});
        inner = inner ? inner + turning : turning;
    }
    return {symmetric_part(matmul(matmul(vectors, inner), vectors, {.transpose_b = true}))};
}

}  // namespace

const Op eigh_row{OpCode::eigh, "eigh", eigh_forward, eigh_vjp};

Eigh eigh(const Tensor& a) {
    square_size("eigh", a);
    const Tensors both = apply(eigh_row, {a});
    return {both[0], both[1]};
}

}  // namespace gradpath
