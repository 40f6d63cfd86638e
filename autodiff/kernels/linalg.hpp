#pragma once
// Small dense matrices, batched: `count` of them one after the other, each row-major. One thread works on a matrix, in
// double whatever the dtype, and rounds once at the end; so bits do not depend on threads or on the batch.
#include <gradpath/autodiff/shape.hpp>

namespace gradpath::kernels {

/// Where an elimination could not go on, and what it met there; -1 if it could.
struct Pivot {
    Index at = -1;
    double value = 0;
};

/// l lᵀ = a, from the lower triangle of a; 0 above the diagonal. failed: one per matrix.
template <Real T>
void cholesky(const T* a, T* l, Index count, Index n, Pivot* failed);

/// op(a) x = b with a [n, n], b and x [n, columns].
struct Systems {
    Index count, n, columns;
    bool transpose, lower = false;  ///< lower: for triangular_solve, of a as it is stored
};
template <Real T>
void solve(const Systems& s, const T* a, const T* b, T* x, Pivot* failed);
template <Real T>
void triangular_solve(const Systems& s, const T* a, const T* b, T* x, Pivot* failed);

/// NaN where a matrix is not finite.
template <Real T>
void determinant(const T* a, T* y, Index count, Index n);
template <Real T>
void log_determinant(const T* a, T* sign, T* log, Index count, Index n);
/// c = det(a) a⁻ᵀ, by the limit where a is singular; NaN where it is not finite.
template <Real T>
void cofactors(const T* a, T* c, Index count, Index n);

/// From the lower triangle of finite matrices: ascending values [n]; unit vectors as columns [n, n], the largest entry
/// of each positive.
template <Real T>
void eigh(const T* a, T* values, T* vectors, Index count, Index n);

}  // namespace gradpath::kernels
