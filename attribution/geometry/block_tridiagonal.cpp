// A = L Lᵀ with L block bidiagonal: L_kk L_kkᵀ = A_kk - B_k B_kᵀ and B_k = A_{k,k-1} L_{k-1,k-1}⁻ᵀ (Golub & Van Loan
// 2013, 4.5.1). The factors overwrite the matrix.
#include <gradpath/attribution/geometry/block_tridiagonal.hpp>

#include <cmath>

namespace gradpath::attribution::geometry {
namespace {

/// Cholesky of one block in place, its lower triangle; false where a pivot is not positive.
bool factor(double* a, Index n) {
    for (Index j = 0; j < n; ++j) {
        double pivot = a[j * n + j];
        for (Index k = 0; k < j; ++k) pivot -= a[j * n + k] * a[j * n + k];
        if (!(pivot > 0) || !std::isfinite(pivot)) return false;
        a[j * n + j] = std::sqrt(pivot);
        for (Index i = j + 1; i < n; ++i) {
            double value = a[i * n + j];
            for (Index k = 0; k < j; ++k) value -= a[i * n + k] * a[j * n + k];
            a[i * n + j] = value / a[j * n + j];
        }
    }
    return true;
}

/// x ← L⁻¹ x for one vector.
void forward(const double* l, Index n, double* x) {
    for (Index i = 0; i < n; ++i) {
        for (Index k = 0; k < i; ++k) x[i] -= l[i * n + k] * x[k];
        x[i] /= l[i * n + i];
    }
}

/// x ← L⁻ᵀ x.
void backward(const double* l, Index n, double* x) {
    for (Index i = n - 1; i >= 0; --i) {
        for (Index k = i + 1; k < n; ++k) x[i] -= l[k * n + i] * x[k];
        x[i] /= l[i * n + i];
    }
}

}  // namespace

bool solve(BlockTridiagonal a, std::vector<double> b, std::vector<double>& x) {
    const Index n = a.size, square = n * n;
    for (Index k = 0; k < a.count; ++k) {
        double* block = a.diagonal.data() + k * square;
        if (k > 0) {
            double* below = a.below.data() + (k - 1) * square;
            for (Index i = 0; i < n; ++i) forward(block - square, n, below + i * n);  // rows of B = A L⁻ᵀ
            for (Index i = 0; i < n; ++i)
                for (Index j = 0; j <= i; ++j)
                    for (Index m = 0; m < n; ++m) block[i * n + j] -= below[i * n + m] * below[j * n + m];
            for (Index i = 0; i < n; ++i)
                for (Index m = 0; m < n; ++m)
                    b[static_cast<std::size_t>(k * n + i)] -=
                        below[i * n + m] * b[static_cast<std::size_t>((k - 1) * n + m)];
        }
        if (!factor(block, n)) return false;
        forward(block, n, b.data() + k * n);
    }
    for (Index k = a.count - 1; k >= 0; --k) {
        double* part = b.data() + k * n;
        if (k + 1 < a.count) {
            const double* below = a.below.data() + k * square;
            for (Index i = 0; i < n; ++i)
                for (Index m = 0; m < n; ++m) part[m] -= below[i * n + m] * part[n + i];
        }
        backward(a.diagonal.data() + k * square, n, part);
    }
    x = std::move(b);
    return true;
}

}  // namespace gradpath::attribution::geometry
