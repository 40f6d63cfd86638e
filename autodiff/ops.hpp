#pragma once
// The catalogue: every public op, one line of prose each. Shapes are written [rows, features].
// All ops throw DTypeError where float32 meets float64 (no promotion; numbers adopt the tensor's dtype).
#include <span>
#include <vector>

#include <gradpath/autodiff/op_code.hpp>
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath {

/// Applies an elementwise op of unary.hpp, binary.hpp or where, with NumPy broadcasting. For rows of this file.
Tensor elementwise(OpCode code, const Tensor& x);
Tensor elementwise(OpCode code, const Tensor& a, const Tensor& b);
Tensor elementwise(OpCode code, const Tensor& a, double b);
Tensor elementwise(OpCode code, double a, const Tensor& b);

// --- one number in, one number out -------------------------------------------------------------------------------
inline Tensor neg(const Tensor& x) { return elementwise(OpCode::neg, x); }          ///< -x
inline Tensor abs(const Tensor& x) { return elementwise(OpCode::abs, x); }          ///< |x|; slope 0 at 0
inline Tensor sign(const Tensor& x) { return elementwise(OpCode::sign, x); }        ///< -1, 0 or 1; slope 0 everywhere
inline Tensor sqrt(const Tensor& x) { return elementwise(OpCode::sqrt, x); }        ///< square root
inline Tensor square(const Tensor& x) { return elementwise(OpCode::square, x); }    ///< x²
inline Tensor exp(const Tensor& x) { return elementwise(OpCode::exp, x); }          ///< eˣ
inline Tensor log(const Tensor& x) { return elementwise(OpCode::log, x); }          ///< natural logarithm
inline Tensor tanh(const Tensor& x) { return elementwise(OpCode::tanh, x); }        ///< hyperbolic tangent
inline Tensor sigmoid(const Tensor& x) { return elementwise(OpCode::sigmoid, x); }  ///< 1 / (1 + e⁻ˣ)
inline Tensor relu(const Tensor& x) { return elementwise(OpCode::relu, x); }        ///< max(x, 0); slope 0 at 0
inline Tensor softplus(const Tensor& x) { return elementwise(OpCode::softplus, x); }  ///< log(1 + eˣ), without overflow
inline Tensor gelu(const Tensor& x) { return elementwise(OpCode::gelu, x); }  ///< x Φ(x), Φ by erf (Hendrycks 2016)
inline Tensor erf(const Tensor& x) { return elementwise(OpCode::erf, x); }    ///< error function
inline Tensor sin(const Tensor& x) { return elementwise(OpCode::sin, x); }    ///< sine
inline Tensor cos(const Tensor& x) { return elementwise(OpCode::cos, x); }    ///< cosine

// --- two in, one out; shapes broadcast as in NumPy ----------------------------------------------------------------
inline Tensor add(const Tensor& a, const Tensor& b) { return elementwise(OpCode::add, a, b); }
inline Tensor sub(const Tensor& a, const Tensor& b) { return elementwise(OpCode::sub, a, b); }
inline Tensor mul(const Tensor& a, const Tensor& b) { return elementwise(OpCode::mul, a, b); }
inline Tensor div(const Tensor& a, const Tensor& b) { return elementwise(OpCode::div, a, b); }
/// aᵇ; integer powers of negative numbers are exact. The slope in b is 0 where a is 0, NaN where a is negative.
inline Tensor pow(const Tensor& a, const Tensor& b) { return elementwise(OpCode::pow, a, b); }
inline Tensor pow(const Tensor& a, double b) { return elementwise(OpCode::pow, a, b); }
/// The larger, the smaller; each side gets half the slope at a tie.
inline Tensor maximum(const Tensor& a, const Tensor& b) { return elementwise(OpCode::maximum, a, b); }
inline Tensor maximum(const Tensor& a, double b) { return elementwise(OpCode::maximum, a, b); }
inline Tensor minimum(const Tensor& a, const Tensor& b) { return elementwise(OpCode::minimum, a, b); }
inline Tensor minimum(const Tensor& a, double b) { return elementwise(OpCode::minimum, a, b); }
/// Masks of 0 and 1 in the data's dtype; not differentiable (slope 0).
inline Tensor greater(const Tensor& a, const Tensor& b) { return elementwise(OpCode::greater, a, b); }
inline Tensor greater(const Tensor& a, double b) { return elementwise(OpCode::greater, a, b); }
inline Tensor greater_equal(const Tensor& a, const Tensor& b) { return elementwise(OpCode::greater_equal, a, b); }
inline Tensor greater_equal(const Tensor& a, double b) { return elementwise(OpCode::greater_equal, a, b); }
inline Tensor equal(const Tensor& a, const Tensor& b) { return elementwise(OpCode::equal, a, b); }
inline Tensor equal(const Tensor& a, double b) { return elementwise(OpCode::equal, a, b); }
/// g where x > 0, else 0: the adjoint of relu, an op of its own.
inline Tensor relu_vjp(const Tensor& x, const Tensor& g) { return elementwise(OpCode::relu_vjp, x, g); }
/// a where mask is not 0, else b; shapes broadcast.
Tensor where(const Tensor& mask, const Tensor& a, const Tensor& b);

inline Tensor operator-(const Tensor& x) { return neg(x); }
inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
inline Tensor operator+(const Tensor& a, double b) { return elementwise(OpCode::add, a, b); }
inline Tensor operator-(const Tensor& a, double b) { return elementwise(OpCode::sub, a, b); }
inline Tensor operator*(const Tensor& a, double b) { return elementwise(OpCode::mul, a, b); }
inline Tensor operator/(const Tensor& a, double b) { return elementwise(OpCode::div, a, b); }
inline Tensor operator+(double a, const Tensor& b) { return elementwise(OpCode::add, a, b); }
inline Tensor operator-(double a, const Tensor& b) { return elementwise(OpCode::sub, a, b); }
inline Tensor operator*(double a, const Tensor& b) { return elementwise(OpCode::mul, a, b); }
inline Tensor operator/(double a, const Tensor& b) { return elementwise(OpCode::div, a, b); }

// --- reductions: over the named axes (negative ones count from the end; none named: all) ---------------------------
struct Reduce {
    std::vector<Index> axes = {};  ///< none named means all: guard a computed list that may be empty
    bool keep = false;             ///< keep reduced axes with length 1
};
Tensor sum(const Tensor& x, const Reduce& options = {});   ///< 0 for no elements
Tensor mean(const Tensor& x, const Reduce& options = {});  ///< throws ShapeError for no elements
Tensor max(const Tensor& x,
           const Reduce& options = {});  ///< ties share the slope evenly; throws ShapeError for no elements
Tensor logsumexp(const Tensor& x, const Reduce& options = {});  ///< log Σ eˣ without overflow; -inf for no elements
/// Sums leading and length-1 axes away until the shape is `shape`: the adjoint of broadcast_to.
Tensor sum_to(const Tensor& x, const Shape& shape);
/// Position of the first largest element along an axis. Throws ShapeError for an empty axis.
Indices argmax(const Tensor& x, Index axis = -1);

// --- shapes ---------------------------------------------------------------------------------------------------------
Tensor reshape(const Tensor& x, const Shape& shape);                    ///< same numbers in the same order
Tensor reshape(const Tensor& x, std::initializer_list<Index> lengths);  ///< one length may be -1: what is left
Tensor flatten(const Tensor& x);                                        ///< [rows, everything else]
Tensor permute(const Tensor& x, const std::vector<Index>& axes);        ///< axis i of the result is axes[i] of x
Tensor transpose(const Tensor& x);                                      ///< swaps the last two axes
Tensor broadcast_to(const Tensor& x, const Shape& shape);               ///< NumPy's rule
Tensor concat(const std::vector<Tensor>& parts, Index axis = 0);        ///< joins along an existing axis
Tensor slice(const Tensor& x, Index axis, Index first, Index last);     ///< elements first .. last-1 of one axis
struct Padding {
    Index before = 0, after = 0;
};
Tensor pad(const Tensor& x, const std::vector<Padding>& axes, double value = 0);  ///< one entry per axis

// --- positions -------------------------------------------------------------------------------------------------------
/// x at positions along an axis: that axis is replaced by the shape of `positions`. Throws ValueError out of range.
Tensor gather(const Tensor& x, const Indices& positions, Index axis = 0);
/// Adds slices of x into zeros of length `length` along an axis: the adjoint of gather.
Tensor scatter_add(const Tensor& x, const Indices& positions, Index axis, Index length);
/// 1 at the position, 0 elsewhere: [positions' shape, classes].
Tensor one_hot(const Indices& positions, Index classes, DType dtype = DType::float32);

// --- products (cholesky, solve, determinant, eigh and their kin are in linalg.hpp) -----------------------------------
struct Matmul {
    bool transpose_a = false, transpose_b = false;
};
/// Product over the last two axes, [.., m, k] · [.., k, n] → [.., m, n]; leading axes broadcast; rank 2 and above.
Tensor matmul(const Tensor& a, const Tensor& b, const Matmul& options = {});

struct Size2 {
    Index height, width;
    constexpr Size2(Index both) : height(both), width(both) {}
    constexpr Size2(Index vertical, Index horizontal) : height(vertical), width(horizontal) {}
    bool operator==(const Size2&) const = default;
};
struct Conv2d {
    Size2 stride = 1, padding = 0, dilation = 1;
    Index groups = 1;
};
/// Cross-correlation: x [rows, channels, height, width], weight [filters, channels/groups, kernel height, kernel
/// width].
Tensor conv2d(const Tensor& x, const Tensor& weight, const Conv2d& options = {});

// --- pools over the last two axes of [rows, channels, height, width] -------------------------------------------------
struct Pool2d {
    Size2 kernel = 2;
    Size2 stride = 0;   ///< 0: the kernel's
    Size2 padding = 0;  ///< at most half the kernel
};
Tensor max_pool2d(const Tensor& x,
                  const Pool2d& options = {});  ///< padding never wins; the first of equals gets the slope
Tensor avg_pool2d(const Tensor& x, const Pool2d& options = {});  ///< padding counts as zeros

// --- along the last axis ---------------------------------------------------------------------------------------------
Tensor softmax(const Tensor& x);      ///< eˣ / Σ eˣ
Tensor log_softmax(const Tensor& x);  ///< x - log Σ eˣ
/// -log softmax(logits)[label] per row: logits [rows, classes], labels [rows] → [rows]. Take mean() for a loss.
Tensor cross_entropy(const Tensor& logits, const Indices& labels);

}  // namespace gradpath
