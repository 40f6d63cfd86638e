// Elimination: Cholesky, LU with partial pivoting for solutions and determinants, LU with complete pivoting for
// cofactors. Plain loops along rows, which is along memory.
#include <limits>
#include <numeric>

#include <gradpath/autodiff/kernels/matrix.hpp>

namespace gradpath::kernels {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <Real T>
void load(const T* a, Index n, bool transpose, double* work) {
    if (transpose) copy_transposed(a, n, work);
    else copy_numbers(a, n * n, work);
}

/// y -= factor x
void subtract(double factor, const double* x, double* y, Index n) {
    for (Index i = 0; i < n; ++i) y[i] -= factor * x[i];
}

Pivot cholesky_of(double* a, Index n) {
    for (Index i = 0; i < n; ++i) {
        double* const row = a + i * n;
        for (Index j = 0; j <= i; ++j) {
            const double left = row[j] - std::inner_product(row, row + j, a + j * n, 0.0);
            if (i == j && !(left > 0 && std::isfinite(left))) return {i, left};
            row[j] = i == j ? std::sqrt(left) : left / a[j * n + j];
        }
        std::fill(row + i + 1, row + n, 0.0);
    }
    return {};
}

/// Row k of the rows below takes the column k to 0; the multipliers are kept in its place.
void eliminate(double* a, Index n, Index k) {
    for (Index i = k + 1; i < n; ++i) {
        const double factor = a[i * n + k] /= a[k * n + k];
        subtract(factor, a + k * n + k + 1, a + i * n + k + 1, n - k - 1);
    }
}

void swap_rows(double* a, Index n, Index i, Index j) {
    if (i != j) std::swap_ranges(a + i * n, a + (i + 1) * n, a + j * n);
}

struct Factors {
    double sign;  ///< of the permutations
    Pivot failed;
};

/// Row i of P A is row rows[i] of A = Pᵀ L U, in place; L's diagonal of ones is left out. NaN is taken as a pivot.
Factors partial_pivoting(double* a, Index n, Index* rows) {
    std::iota(rows, rows + n, Index(0));
    double sign = 1;
    for (Index k = 0; k < n; ++k) {
        Index best = k;
        for (Index i = k + 1; i < n; ++i) {
            const double most = std::abs(a[best * n + k]);
            if (!std::isnan(most) && !(std::abs(a[i * n + k]) <= most)) best = i;
        }
        swap_rows(a, n, k, best);
        std::swap(rows[k], rows[best]);
        if (best != k) sign = -sign;
        const double pivot = a[k * n + k];
        if (pivot == 0 || !std::isfinite(pivot)) return {sign, {k, pivot}};
        eliminate(a, n, k);
    }
    return {sign, {}};
}

/// The same with columns chosen as well: P A Q = L U. Stops where all that is left is 0; so zeros of the diagonal of U
/// are its last ones. Returns the sign of P and Q.
double complete_pivoting(double* a, Index n, Index* rows, Index* columns) {
    std::iota(rows, rows + n, Index(0));
    std::iota(columns, columns + n, Index(0));
    double sign = 1;
    for (Index k = 0; k < n; ++k) {
        Index row = k, column = k;
        for (Index i = k; i < n; ++i)
            for (Index j = k; j < n; ++j)
                if (std::abs(a[i * n + j]) > std::abs(a[row * n + column])) row = i, column = j;
        if (a[row * n + column] == 0) break;
        swap_rows(a, n, k, row);
        for (Index i = 0; i < n && column != k; ++i) std::swap(a[i * n + k], a[i * n + column]);
        std::swap(rows[k], rows[row]);
        std::swap(columns[k], columns[column]);
        if ((row != k) != (column != k)) sign = -sign;
        eliminate(a, n, k);
    }
    return sign;
}

/// cof(A) from P A Q = L U: cofactors multiply, so they are ± Pᵀ cof(L) cof(U) Qᵀ with cof(L) = L⁻ᵀ; and cof(U)ᵀ, for
/// U = [V u; 0 d], is det(V) [d V⁻¹, -V⁻¹ u; 0, 1]: no division by d, which may be 0.
template <Real T>
void cofactors_of(const T* a, T* c, Index n) {
    const Scratch<double> lu(n * n), adjugate(n * n), turned(n * n);
    const Scratch<Index> rows(n), columns(n);
    copy_numbers(a, n * n, lu.get());
    const double sign = complete_pivoting(lu.get(), n, rows.get(), columns.get());
    const Index m = n - 1;
    double scale = sign;
    for (Index i = 0; i < m; ++i) scale *= lu[i * n + i];
    if (scale == 0) return std::fill(c, c + n * n, T(0));  // rank n - 2 or less

    std::fill_n(adjugate.get(), n * n, 0.0);
    for (Index i = 0; i < m; ++i) {
        adjugate[i * n + i] = lu[m * n + m];
        adjugate[i * n + m] = -lu[i * n + m];
    }
    adjugate[m * n + m] = 1;
    substitute_upper({lu.get(), m, n, false}, adjugate.get(), n);
    copy_transposed(adjugate.get(), n, turned.get());
    copy_transposed(lu.get(), n, adjugate.get());  // its upper triangle is Lᵀ
    substitute_upper({adjugate.get(), n, n, true}, turned.get(), n);
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < n; ++j) c[rows[i] * n + columns[j]] = static_cast<T>(scale * turned[i * n + j]);
}

/// f(sign of the permutation, diagonal of U as a strided pointer) for each matrix; a sign of 0 means singular, NaN that
/// the matrix is not finite.
template <Real T, class F>
void each_lu(const T* a, Index count, Index n, const F& f) {
    each_matrix(count, n, [&](Index i) {
        const Scratch<double> lu(n * n);
        const Scratch<Index> rows(n);
        copy_numbers(a + i * n * n, n * n, lu.get());
        double sign = nan;
        if (all_finite(lu.get(), n * n)) {
            const Factors factors = partial_pivoting(lu.get(), n, rows.get());
            sign = factors.failed.at < 0 ? factors.sign : 0 * factors.failed.value;
        }
        f(i, sign, lu.get());
    });
}

}  // namespace

void substitute_lower(const Triangle& l, double* x, Index columns) {
    for (Index i = 0; i < l.n; ++i) {
        double* const row = x + i * columns;
        for (Index j = 0; j < i; ++j) subtract(l.a[i * l.step + j], x + j * columns, row, columns);
        for (Index j = 0; j < columns && !l.unit; ++j) row[j] /= l.a[i * l.step + i];
    }
}

void substitute_upper(const Triangle& u, double* x, Index columns) {
    for (Index i = u.n - 1; i >= 0; --i) {
        double* const row = x + i * columns;
        for (Index j = i + 1; j < u.n; ++j) subtract(u.a[i * u.step + j], x + j * columns, row, columns);
        for (Index j = 0; j < columns && !u.unit; ++j) row[j] /= u.a[i * u.step + i];
    }
}

template <Real T>
void cholesky(const T* a, T* l, Index count, Index n, Pivot* failed) {
    each_matrix(count, n, [=](Index i) {
        const Scratch<double> work(n * n);
        copy_numbers(a + i * n * n, n * n, work.get());
        failed[i] = cholesky_of(work.get(), n);
        copy_numbers(work.get(), n * n, l + i * n * n);
    });
}

template <Real T>
void solve(const Systems& s, const T* a, const T* b, T* x, Pivot* failed) {
    const Index n = s.n, width = s.columns;
    each_matrix(s.count, n, [=, &s](Index i) {
        const Scratch<double> lu(n * n), y(n * width);
        const Scratch<Index> rows(n);
        load(a + i * n * n, n, s.transpose, lu.get());
        failed[i] = partial_pivoting(lu.get(), n, rows.get()).failed;
        for (Index r = 0; r < n; ++r) copy_numbers(b + (i * n + rows[r]) * width, width, y.get() + r * width);
        substitute_lower({lu.get(), n, n, true}, y.get(), width);
        substitute_upper({lu.get(), n, n, false}, y.get(), width);
        copy_numbers(y.get(), n * width, x + i * n * width);
    });
}

template <Real T>
void triangular_solve(const Systems& s, const T* a, const T* b, T* x, Pivot* failed) {
    const Index n = s.n, width = s.columns;
    each_matrix(s.count, n, [=, &s](Index i) {
        const Scratch<double> triangle(n * n), y(n * width);
        load(a + i * n * n, n, s.transpose, triangle.get());
        failed[i] = {};
        for (Index k = n - 1; k >= 0; --k)
            if (const double pivot = triangle[k * n + k]; pivot == 0 || !std::isfinite(pivot)) failed[i] = {k, pivot};
        copy_numbers(b + i * n * width, n * width, y.get());
        const Triangle side{triangle.get(), n, n, false};
        if (s.lower != s.transpose) substitute_lower(side, y.get(), width);
        else substitute_upper(side, y.get(), width);
        copy_numbers(y.get(), n * width, x + i * n * width);
    });
}

template <Real T>
void determinant(const T* a, T* y, Index count, Index n) {
    each_lu(a, count, n, [=](Index i, double product, const double* lu) {
        for (Index k = 0; k < n && product != 0; ++k) product *= lu[k * n + k];
        y[i] = static_cast<T>(product);
    });
}

template <Real T>
void log_determinant(const T* a, T* sign, T* log, Index count, Index n) {
    each_lu(a, count, n, [=](Index i, double side, const double* lu) {
        double total = side == 0 ? -std::numeric_limits<double>::infinity() : 0 * side;
        for (Index k = 0; k < n && side != 0; ++k) {
            side *= std::copysign(1.0, lu[k * n + k]);
            total += std::log(std::abs(lu[k * n + k]));
        }
        sign[i] = static_cast<T>(side);
        log[i] = static_cast<T>(total);
    });
}

template <Real T>
void cofactors(const T* a, T* c, Index count, Index n) {
    if (n == 0) return;
    each_matrix(count, n, [=](Index i) {
        const Index at = i * n * n;
        if (all_finite(a + at, n * n)) cofactors_of(a + at, c + at, n);
        else std::fill_n(c + at, n * n, static_cast<T>(nan));
    });
}

template void cholesky(const float*, float*, Index, Index, Pivot*);
template void cholesky(const double*, double*, Index, Index, Pivot*);
template void solve(const Systems&, const float*, const float*, float*, Pivot*);
template void solve(const Systems&, const double*, const double*, double*, Pivot*);
template void triangular_solve(const Systems&, const float*, const float*, float*, Pivot*);
template void triangular_solve(const Systems&, const double*, const double*, double*, Pivot*);
template void determinant(const float*, float*, Index, Index);
template void determinant(const double*, double*, Index, Index);
template void log_determinant(const float*, float*, float*, Index, Index);
template void log_determinant(const double*, double*, double*, Index, Index);
template void cofactors(const float*, float*, Index, Index);
template void cofactors(const double*, double*, Index, Index);

}  // namespace gradpath::kernels
