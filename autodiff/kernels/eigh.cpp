// The symmetric eigenproblem by cyclic Jacobi rotations (Golub & Van Loan 2013, algorithms 8.5.1 and 8.5.3): each
// rotation takes one pair of entries off the diagonal to 0. Slower than tridiagonal methods, but short, and exact to
// rounding with vectors orthogonal to rounding.
#include <numeric>

#include <gradpath/autodiff/kernels/matrix.hpp>

namespace gradpath::kernels {
namespace {

constexpr double negligible = 0x1p-60;  // off the diagonal, where the largest entry lies in [1/2, 1)
constexpr int most_sweeps = 64;         // six to ten suffice; they converge quadratically

/// (x, y) ← (c x - s y, s x + c y) for n numbers of two lines with a stride.
void turn(double c, double s, double* x, double* y, Index n, Index stride) {
    for (Index i = 0; i < n * stride; i += stride) {
        const double before = x[i];
        x[i] = c * before - s * y[i];
        y[i] = s * before + c * y[i];
    }
}

/// a ← Jᵀ a J with the rotation J that takes a[p][q] to 0; the same to the rows of v.
void rotate(double* a, double* v, Index n, Index p, Index q) {
    const double tau = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
    const double t = std::copysign(1.0, tau) / (std::abs(tau) + std::hypot(1.0, tau));
    const double c = 1 / std::hypot(1.0, t), s = t * c;
    turn(c, s, a + p, a + q, n, n);
    turn(c, s, a + p * n, a + q * n, n, 1);
    a[p * n + q] = a[q * n + p] = 0;
    turn(c, s, v + p * n, v + q * n, n, 1);
}

/// a becomes diagonal; the rows of v become its vectors.
void diagonalise(double* a, double* v, Index n) {
    std::fill_n(v, n * n, 0.0);
    for (Index i = 0; i < n; ++i) v[i * n + i] = 1;
    bool turned = true;
    for (int sweep = 0; sweep < most_sweeps && turned; ++sweep) {
        turned = false;
        for (Index p = 0; p < n; ++p)
            for (Index q = p + 1; q < n; ++q)
                if (std::abs(a[p * n + q]) > negligible) rotate(a, v, n, p, q), turned = true;
    }
}

/// The lower triangle and its mirror image, scaled so that the largest entry lies in [1/2, 1); returns the exponent.
template <Real T>
int load_symmetric(const T* a, Index n, double* work) {
    double most = 0;
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j <= i; ++j) most = std::max(most, std::abs(static_cast<double>(a[i * n + j])));
    int exponent = 0;
    std::frexp(most, &exponent);
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j <= i; ++j)
            work[i * n + j] = work[j * n + i] = std::ldexp(static_cast<double>(a[i * n + j]), -exponent);
    return exponent;
}

/// 1 if the entry of largest size, the first of equals, is positive, else -1.
double side_of(const double* vector, Index n) {
    Index most = 0;
    for (Index i = 1; i < n; ++i)
        if (std::abs(vector[i]) > std::abs(vector[most])) most = i;
    return std::copysign(1.0, vector[most]);
}

}  // namespace

template <Real T>
void eigh(const T* a, T* values, T* vectors, Index count, Index n) {
    each_matrix(count, n, [=](Index i) {
        const Scratch<double> work(n * n), rows(n * n);
        const Scratch<Index> order(n);
        const int exponent = load_symmetric(a + i * n * n, n, work.get());
        diagonalise(work.get(), rows.get(), n);
        std::iota(order.get(), order.get() + n, Index(0));
        std::stable_sort(order.get(), order.get() + n,
                         [&](Index p, Index q) { return work[p * n + p] < work[q * n + q]; });
        for (Index k = 0; k < n; ++k) {
            const double* const vector = rows.get() + order[k] * n;
            const double side = side_of(vector, n);
            values[i * n + k] = static_cast<T>(std::ldexp(work[order[k] * (n + 1)], exponent));
            for (Index r = 0; r < n; ++r) vectors[(i * n + r) * n + k] = static_cast<T>(side * vector[r]);
        }
    });
}

template void eigh(const float*, float*, float*, Index, Index);
template void eigh(const double*, double*, double*, Index, Index);

}  // namespace gradpath::kernels
