#pragma once
// Small dense linear algebra, for matrices up to about 64 x 64. The last two axes are the matrices, leading axes are a
// batch. All is computed in double and rounded once to the dtype; every order of derivative works.
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath {

// --- parts of matrices -----------------------------------------------------------------------------------------------
Tensor tril(const Tensor& x, Index diagonal = 0);  ///< 0 above a diagonal; -1 is the one below the main, 1 above
Tensor triu(const Tensor& x, Index diagonal = 0);  ///< 0 below a diagonal
Tensor diagonal(const Tensor& x);                  ///< [.., m, n] → [.., min(m, n)]
Tensor diagonal_matrix(const Tensor& x);           ///< [.., n] → [.., n, n], 0 off the diagonal
Tensor trace(const Tensor& x);                     ///< sum of the diagonal: [.., n, n] → [..]

// --- factors and solutions -------------------------------------------------------------------------------------------
/// L with L Lᵀ = a: lower triangular, its diagonal positive. Only the lower triangle of a is read, for a means the
/// symmetric matrix; the slope is symmetric, too. Throws NumericError, naming the matrix and the pivot, where a is not
/// positive definite or not finite. Derivative: Murray 2016 ("Differentiation of the Cholesky decomposition"), 3.
Tensor cholesky(const Tensor& a);
struct Solve {
    bool transpose = false;  ///< aᵀ x = b
};
/// x with a x = b: a [.., n, n], b [.., n, columns] or one vector [n]; leading axes broadcast. LU with partial
/// pivoting. Throws NumericError, naming the matrix and the pivot, where a is singular or not finite. Derivative: Giles
/// 2008 ("Collected matrix derivative results", 2.2.3 and 2.3.1).
Tensor solve(const Tensor& a, const Tensor& b, const Solve& options = {});
struct TriangularSolve {
    bool lower = true;       ///< the triangle of a that is read; the other need not be 0
    bool transpose = false;  ///< aᵀ x = b
};
/// The same for a triangular a, by substitution alone.
Tensor triangular_solve(const Tensor& a, const Tensor& b, const TriangularSolve& options = {});
/// a⁻¹. To apply it, solve() is faster and more exact.
Tensor inverse(const Tensor& a);

// --- determinants ----------------------------------------------------------------------------------------------------
/// [.., n, n] → [..]; NaN where a is not finite, 1 for 0 x 0. The slope is cofactors(a), right at singular matrices,
/// too (Giles 2008, 2.2.4). The second derivative needs a regular matrix, and loses as many digits as a's condition
/// number has.
Tensor determinant(const Tensor& a);
/// The derivative of the determinant by each entry, det(a) a⁻ᵀ, by complete pivoting: exact at singular matrices, too.
/// The adjugate is its transpose. Overflows where the determinant would.
Tensor cofactors(const Tensor& a);
struct LogDeterminant {
    Tensor sign;  ///< 1 or -1; 0 where a is singular; no slope
    Tensor log;   ///< log |det a|, without overflow; -inf where a is singular. The slope is a⁻ᵀ
};
LogDeterminant log_determinant(const Tensor& a);

// --- eigenvalues -----------------------------------------------------------------------------------------------------
struct Eigh {
    Tensor values;   ///< [.., n], ascending
    Tensor vectors;  ///< [.., n, n]: column k belongs to value k, has length 1, and its largest entry (the first of
                     ///< equals) is positive
};
/// Eigenvalues and eigenvectors of symmetric matrices, by Jacobi's rotations (Golub & Van Loan 2013, 8.5). Only the
/// lower triangle of a is read; the slope is symmetric. Throws NumericError where a is not finite. Derivative: Giles
/// 2008, 3.1. That of the values alone is exact for equal values, too, taken along the vectors that came out. Vectors
/// of one value (differences within rounding) have no derivative; they count as not turning among themselves, so what
/// does not depend on their choice, like a projector on all of them, has the right first derivative; second ones need
/// values that differ.
Eigh eigh(const Tensor& a);

}  // namespace gradpath
