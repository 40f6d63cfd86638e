#pragma once
// The catalogue: every public op, one line of prose each. Shapes are written [rows, features].
// All ops throw DTypeError where float32 meets float64 (no promotion; numbers adopt the tensor's dtype).
#include <optional>
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
inline Tensor gelu(const Tensor& x) { return elementwise(OpCode::gelu, x); }    ///< x Φ(x), Φ by erf (Hendrycks 2016)
inline Tensor erf(const Tensor& x) { return elementwise(OpCode::erf, x); }      ///< error function
inline Tensor sin(const Tensor& x) { return elementwise(OpCode::sin, x); }      ///< sine
inline Tensor cos(const Tensor& x) { return elementwise(OpCode::cos, x); }      ///< cosine
inline Tensor tan(const Tensor& x) { return elementwise(OpCode::tan, x); }      ///< tangent
inline Tensor asin(const Tensor& x) { return elementwise(OpCode::asin, x); }    ///< arc sine; NaN outside [-1, 1]
inline Tensor acos(const Tensor& x) { return elementwise(OpCode::acos, x); }    ///< arc cosine; NaN outside [-1, 1]
inline Tensor atan(const Tensor& x) { return elementwise(OpCode::atan, x); }    ///< arc tangent
inline Tensor sinh(const Tensor& x) { return elementwise(OpCode::sinh, x); }    ///< hyperbolic sine
inline Tensor cosh(const Tensor& x) { return elementwise(OpCode::cosh, x); }    ///< hyperbolic cosine
inline Tensor asinh(const Tensor& x) { return elementwise(OpCode::asinh, x); }  ///< inverse of sinh
inline Tensor acosh(const Tensor& x) { return elementwise(OpCode::acosh, x); }  ///< inverse of cosh; NaN below 1
inline Tensor atanh(const Tensor& x) { return elementwise(OpCode::atanh, x); }  ///< inverse of tanh; ±inf at ±1
inline Tensor rsqrt(const Tensor& x) { return elementwise(OpCode::rsqrt, x); }  ///< 1 / √x
inline Tensor expm1(const Tensor& x) { return elementwise(OpCode::expm1, x); }  ///< eˣ - 1, exact for small x, too
inline Tensor log1p(const Tensor& x) { return elementwise(OpCode::log1p, x); }  ///< log(1 + x), exact for small x, too
inline Tensor silu(const Tensor& x) { return elementwise(OpCode::silu, x); }    ///< x sigmoid(x), also called swish
/// gelu by tanh: x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2 (Hendrycks 2016), within 5e-4 of gelu.
inline Tensor gelu_tanh(const Tensor& x) { return elementwise(OpCode::gelu_tanh, x); }
inline Tensor floor(const Tensor& x) { return elementwise(OpCode::floor, x); }  ///< whole number below; slope 0
inline Tensor round(const Tensor& x) { return elementwise(OpCode::round, x); }  ///< nearest, halves to even; slope 0
/// The scaled elu that keeps mean 0 and variance 1 (Klambauer et al. 2017): 1.0507 elu(x, 1.6733), digits in full.
Tensor selu(const Tensor& x);
/// low where x is below, high where above; the slope is one half at a bound. Throws ValueError unless low ≤ high.
Tensor clamp(const Tensor& x, double low, double high);
/// clamp as an activation: the straight lines that tanh bends along.
inline Tensor hardtanh(const Tensor& x, double low = -1, double high = 1) { return clamp(x, low, high); }

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
inline Tensor less(const Tensor& a, const Tensor& b) { return elementwise(OpCode::less, a, b); }
inline Tensor less(const Tensor& a, double b) { return elementwise(OpCode::less, a, b); }
inline Tensor less_equal(const Tensor& a, const Tensor& b) { return elementwise(OpCode::less_equal, a, b); }
inline Tensor less_equal(const Tensor& a, double b) { return elementwise(OpCode::less_equal, a, b); }
inline Tensor not_equal(const Tensor& a, const Tensor& b) { return elementwise(OpCode::not_equal, a, b); }
inline Tensor not_equal(const Tensor& a, double b) { return elementwise(OpCode::not_equal, a, b); }
/// The angle of the point (x, y) in (-π, π], all four quadrants; its slope at the origin is NaN.
inline Tensor atan2(const Tensor& y, const Tensor& x) { return elementwise(OpCode::atan2, y, x); }
/// x where positive, else slope · x; at 0 the derivative is `slope`. A tensor for a slope makes PReLU (He et al. 2015).
inline Tensor leaky_relu(const Tensor& x, const Tensor& slope) { return elementwise(OpCode::leaky_relu, x, slope); }
inline Tensor leaky_relu(const Tensor& x, double slope = 0.01) { return elementwise(OpCode::leaky_relu, x, slope); }
/// x where positive, else alpha (eˣ - 1); at 0 the derivative is `alpha` (Clevert et al. 2016).
inline Tensor elu(const Tensor& x, const Tensor& alpha) { return elementwise(OpCode::elu, x, alpha); }
inline Tensor elu(const Tensor& x, double alpha = 1) { return elementwise(OpCode::elu, x, alpha); }
/// g where x > 0, else 0: the adjoint of relu, an op of its own.
inline Tensor relu_vjp(const Tensor& x, const Tensor& g) { return elementwise(OpCode::relu_vjp, x, g); }
/// The adjoints of tanh, sigmoid (at y, their value) and softplus (at x): g (1 - y²), g y (1 - y), g / (1 + e⁻ˣ).
inline Tensor tanh_vjp(const Tensor& y, const Tensor& g) { return elementwise(OpCode::tanh_vjp, y, g); }
inline Tensor sigmoid_vjp(const Tensor& y, const Tensor& g) { return elementwise(OpCode::sigmoid_vjp, y, g); }
inline Tensor softplus_vjp(const Tensor& x, const Tensor& g) { return elementwise(OpCode::softplus_vjp, x, g); }
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
Tensor min(const Tensor& x, const Reduce& options = {});   ///< as max
Tensor prod(const Tensor& x, const Reduce& options = {});  ///< 1 for no elements; its slope holds at zeros, too
/// Mean square distance from the mean, with n - correction in place of the n elements (1: Bessel's correction). Throws
/// ShapeError unless n > correction.
Tensor variance(const Tensor& x, const Reduce& options = {}, Index correction = 0);
/// √variance; slope 0 where it is 0.
Tensor standard_deviation(const Tensor& x, const Reduce& options = {}, Index correction = 0);
/// (Σ |x|ᵖ)^(1/p) for p > 0, the largest |x| for p = inf, 0 for no elements; its powers neither overflow nor vanish.
/// Slope 0 where the norm is 0, and in each element that is 0. Throws ValueError for other p.
Tensor norm(const Tensor& x, double p = 2, const Reduce& options = {});
Tensor logsumexp(const Tensor& x, const Reduce& options = {});  ///< log Σ eˣ without overflow; -inf for no elements
/// Sums leading and length-1 axes away until the shape is `shape`: the adjoint of broadcast_to.
Tensor sum_to(const Tensor& x, const Shape& shape);
/// Position of the first largest element along an axis. Throws ShapeError for an empty axis.
Indices argmax(const Tensor& x, Index axis = -1);
/// The same of the first smallest; as in argmax, the first NaN wins.
Indices argmin(const Tensor& x, Index axis = -1);
struct Cumsum {
    bool exclusive = false;  ///< leave the element itself out
    bool reverse = false;    ///< from the end
};
/// Running sums along an axis: y[i] = x[0] + .. + x[i], added up in double.
Tensor cumsum(const Tensor& x, Index axis = -1, const Cumsum& options = {});

// --- shapes ---------------------------------------------------------------------------------------------------------
Tensor reshape(const Tensor& x, const Shape& shape);                    ///< same numbers in the same order
Tensor reshape(const Tensor& x, std::initializer_list<Index> lengths);  ///< one length may be -1: what is left
Tensor flatten(const Tensor& x);                                        ///< [rows, everything else]
Tensor permute(const Tensor& x, const std::vector<Index>& axes);        ///< axis i of the result is axes[i] of x
Tensor transpose(const Tensor& x);                                      ///< swaps the last two axes
Tensor broadcast_to(const Tensor& x, const Shape& shape);               ///< NumPy's rule
Tensor concat(const std::vector<Tensor>& parts, Index axis = 0);        ///< joins along an existing axis
/// Joins along a new axis: parts of equal shape become its elements. `axis` counts in the result.
Tensor stack(const std::vector<Tensor>& parts, Index axis = 0);
/// Cuts an axis into pieces of these lengths, which must add up to it: one node with as many outputs.
std::vector<Tensor> split(const Tensor& x, const std::vector<Index>& lengths, Index axis = 0);
/// The same into `count` equal pieces. Throws ShapeError unless `count` divides the axis.
std::vector<Tensor> chunk(const Tensor& x, Index count, Index axis = 0);
Tensor slice(const Tensor& x, Index axis, Index first, Index last);  ///< elements first .. last-1 of one axis
/// NumPy's first:last:step. Negative positions count from the end, what lies beyond the ends is cut off, an absent
/// position is the end from which (or to which) the step walks; a negative step walks back.
struct Range {
    std::optional<Index> first = {}, last = {};
    Index step = 1;
};
/// Every step-th element of one axis: slice(x, 0, {.step = -1}) is x back to front. Throws ValueError for step 0.
Tensor slice(const Tensor& x, Index axis, const Range& range);
/// Back to front along the axes (none named: all).
Tensor flip(const Tensor& x, const std::vector<Index>& axes = {});
/// x repeated along its axes, the last repeat for the last axis (NumPy's tile): tile([a b], {2}) is [a b a b]. Missing
/// repeats are 1, missing axes are added in front.
Tensor tile(const Tensor& x, const std::vector<Index>& repeats);
/// Moves elements `shift` places up an axis; those pushed over its end come back at its beginning.
Tensor roll(const Tensor& x, Index shift, Index axis);
struct Padding {
    Index before = 0, after = 0;
};
Tensor pad(const Tensor& x, const std::vector<Padding>& axes, double value = 0);  ///< one entry per axis

// --- positions -------------------------------------------------------------------------------------------------------
/// x at positions along an axis: their shape takes the axis's place, () takes it away. Throws ValueError out of range.
Tensor gather(const Tensor& x, const Indices& positions, Index axis = 0);
/// Adds slices of x into zeros of length `length` along an axis of the result: the adjoint of gather.
Tensor scatter_add(const Tensor& x, const Indices& positions, Index axis, Index length);
/// NumPy's take: gather under its other name and, without an axis, from x as one row of numbers.
Tensor take(const Tensor& x, const Indices& positions, std::optional<Index> axis = {});
/// One position per number: y[.., i, ..] = x[.., positions[.., i, ..], ..], as argsort gives them (PyTorch's gather).
/// The shapes agree except along the axis. Throws ValueError out of range.
Tensor take_along_axis(const Tensor& x, const Indices& positions, Index axis);
/// Adds each number of x at its position into zeros of length `length` along an axis: the adjoint of take_along_axis.
Tensor add_along_axis(const Tensor& x, const Indices& positions, Index axis, Index length);
struct Sort {
    bool descending = false;
};
/// The numbers in order along an axis; slopes go back to where each came from. NaN counts as the largest number.
Tensor sort(const Tensor& x, Index axis = -1, const Sort& options = {});
/// Their positions: shaped like x. Equals keep their order, descending, too.
Indices argsort(const Tensor& x, Index axis = -1, const Sort& options = {});
struct TopK {
    Tensor values;
    Indices positions;
};
/// The k largest along an axis, largest first, as sort and argsort give them. Throws ValueError for k beyond the axis.
TopK topk(const Tensor& x, Index k, Index axis = -1);
/// 1 at the position, 0 elsewhere: [positions' shape, classes].
Tensor one_hot(const Indices& positions, Index classes, DType dtype = DType::float32);

// --- products (cholesky, solve, determinant, eigh and their kin are in linalg.hpp) -----------------------------------
struct Matmul {
    bool transpose_a = false, transpose_b = false;
};
/// Product over the last two axes, [.., m, k] · [.., k, n] → [.., m, n]; leading axes broadcast; rank 2 and above.
Tensor matmul(const Tensor& a, const Tensor& b, const Matmul& options = {});
/// x Wᵀ + b in one pass, to the same bits: x [rows, .., inputs], weight [outputs, inputs], bias [outputs].
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

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
/// The same with a bias [filters] added in one pass, to the same bits.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2d& options);
struct Conv1d {
    Index stride = 1, padding = 0, dilation = 1, groups = 1;
};
/// The same along one axis: x [rows, channels, length], weight [filters, channels/groups, kernel length].
Tensor conv1d(const Tensor& x, const Tensor& weight, const Conv1d& options = {});
struct ConvTranspose2d {
    Size2 stride = 1, padding = 0;
    Size2 output_padding = 0;  ///< more rows and columns at the end; less than the stride
    Size2 dilation = 1;
    Index groups = 1;
};
/// The adjoint of conv2d in x, as a layer that makes pictures larger: x [rows, channels, height, width], weight
/// [channels, filters/groups, kernel height, kernel width] → [rows, filters, height', width'] with height' = (height
/// - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1 (Dumoulin & Visin 2016, relationship 14).
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const ConvTranspose2d& options = {});

// --- pools and pictures over the last two axes of [rows, channels, height, width] -----------------------------------
struct Pool2d {
    Size2 kernel = 2;
    Size2 stride = 0;   ///< 0: the kernel's
    Size2 padding = 0;  ///< at most half the kernel
};
Tensor max_pool2d(const Tensor& x,
                  const Pool2d& options = {});  ///< padding never wins; the first of equals gets the slope
Tensor avg_pool2d(const Tensor& x, const Pool2d& options = {});  ///< padding counts as zeros
/// Means over out.height by out.width bins: bin i of n along a length L is ⌊i L / n⌋ .. ⌈(i + 1) L / n⌉ - 1.
Tensor adaptive_avg_pool2d(const Tensor& x, Size2 out);
Tensor global_avg_pool2d(const Tensor& x);  ///< means of whole pictures: [rows, channels]

enum class Interpolation { nearest, bilinear };
struct Interpolate {
    Interpolation mode = Interpolation::nearest;
    bool align_corners = false;  ///< bilinear: corners meet corners, not the pictures' edges the edges
};
/// A picture at another size. Pixel i of n along a length L takes pixel ⌊i L / n⌋ (nearest), or blends the two at
/// (i + 1/2) L / n - 1/2, cut off at the edges (bilinear), or at i (L - 1) / (n - 1) (align_corners).
Tensor interpolate(const Tensor& x, Size2 out, const Interpolate& options = {});

// --- along the last axis ---------------------------------------------------------------------------------------------
Tensor softmax(const Tensor& x);      ///< eˣ / Σ eˣ
Tensor log_softmax(const Tensor& x);  ///< x - log Σ eˣ
/// -log softmax(logits)[label] per row: logits [rows, classes], labels [rows] → [rows]. Take mean() for a loss.
Tensor cross_entropy(const Tensor& logits, const Indices& labels);

// --- groups ----------------------------------------------------------------------------------------------------------
/// Axes first .. last-1 tell groups apart: all numbers of x with the same indices there are one group.
struct Standardize {
    Index first = 1, last = 2;
    double epsilon = 1e-5;
};
struct Standardized {
    Tensor y;               ///< like x
    Tensor mean, variance;  ///< shape of axes first .. last-1; the variance is divided by the count
};
/// (x - mean) / √(variance + epsilon) in each group (Ioffe & Szegedy 2015, algorithm 1). Groups told apart by axis 1 of
/// [rows, channels, ..] are batch normalisation, by all axes but the last layer normalisation. Throws ShapeError if
/// there are no such axes or groups are empty, ValueError unless epsilon is at least 0.
Standardized standardize(const Tensor& x, const Standardize& options = {});

}  // namespace gradpath
