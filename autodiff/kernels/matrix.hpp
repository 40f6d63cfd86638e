#pragma once
// For the drivers of linalg.hpp: matrices of the batch in and out of double, and substitution in a triangle.
#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/kernels/linalg.hpp>
#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/scratch.hpp>

namespace gradpath::kernels {

/// f(i) for each matrix of a batch, as many to a task as are worth a thread's while.
template <class F>
void each_matrix(Index count, Index n, const F& f) {
    parallel_for(count, std::max<Index>(1, 32768 / std::max<Index>(1, n * n * n)), [&](Index first, Index last) {
        for (Index i = first; i < last; ++i) f(i);
    });
}

template <Real From, Real To>
void copy_numbers(const From* x, Index count, To* y) {
    for (Index i = 0; i < count; ++i) y[i] = static_cast<To>(x[i]);
}
template <Real From, Real To>
void copy_transposed(const From* x, Index n, To* y) {
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < n; ++j) y[j * n + i] = static_cast<To>(x[i * n + j]);
}

template <Real T>
bool all_finite(const T* x, Index count) {
    return std::all_of(x, x + count, [](T value) { return std::isfinite(value); });
}

/// A triangle of a row-major matrix: rows of length `step`, the first n of them.
struct Triangle {
    const double* a;
    Index n, step;
    bool unit;  ///< the diagonal counts as ones
};
/// x ← L⁻¹ x and x ← U⁻¹ x, with x [n, columns].
void substitute_lower(const Triangle& l, double* x, Index columns);
void substitute_upper(const Triangle& u, double* x, Index columns);

}  // namespace gradpath::kernels
