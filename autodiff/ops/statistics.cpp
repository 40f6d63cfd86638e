// Reductions that are sentences of others, so every order of derivative is theirs. None divides by what may be 0: prod
// multiplies halves, and a norm hides its zeros from the root and the powers, whose slopes would be infinite there.
#include <cmath>

#include <gradpath/autodiff/ops/reduce.hpp>

namespace gradpath {
namespace {

/// f(x), but 0 with slope 0 where x is 0.
template <class F>
Tensor zero_at_zero(const Tensor& x, F f) {
    const Tensor none = equal(x, 0.0), zero = scalar(0, x.dtype()), one = scalar(1, x.dtype());
    return where(none, zero, f(where(none, one, x)));
}

Tensor centred(const char* op, const Tensor& x, const Reduce& options, Index correction) {
    const Index count = reduced_size(op, x, options);
    require<ShapeError>(count > correction && count > 0, op,
                        ": there must be more elements than the correction: ", count, " and ", correction);
    return x - mean(x, {.axes = options.axes, .keep = true});
}

}  // namespace

Tensor prod(const Tensor& x, const Reduce& options) {
    std::vector<Index> axes = normal_axes("prod", x, options.axes);
    const Shape left = without_axes(x.shape(), axes, options.keep), kept = without_axes(x.shape(), axes, false);
    Index count = reduced_size("prod", x, options);
    if (count == 0) return ones(left, x.dtype());
    Tensor y = reshape(axes_last(x, axes), kept.joined({count}));
    while (count > 1) {
        const Index half = count / 2;
        const Tensor pairs = slice(y, -1, 0, half) * slice(y, -1, half, 2 * half);
        y = count % 2 == 0 ? pairs : concat({pairs, slice(y, -1, count - 1, count)}, -1);
        count -= half;
    }
    return reshape(y, left);
}

Tensor variance(const Tensor& x, const Reduce& options, Index correction) {
    const Tensor distance = centred("variance", x, options, correction);
    return sum(square(distance), options) / static_cast<double>(reduced_size("variance", x, options) - correction);
}

Tensor standard_deviation(const Tensor& x, const Reduce& options, Index correction) {
    const Tensor distance = centred("standard_deviation", x, options, correction);
    const Index count = reduced_size("standard_deviation", x, options) - correction;
    return norm(distance, 2, options) / std::sqrt(static_cast<double>(count));
}

Tensor norm(const Tensor& x, double p, const Reduce& options) {
    require(p > 0, "norm: p must be positive: got ", p);
    if (p == 1 || reduced_size("norm", x, options) == 0) return sum(abs(x), options);
    if (std::isinf(p)) return max(abs(x), options);
    // The largest number is taken out, or powers would overflow. As a constant: the norm does not depend on it.
    const Tensor largest = max(abs(detached(x)), {.axes = options.axes, .keep = true});
    const Tensor usual = equal(largest / largest, 1.0);  // not 0, infinite or NaN
    const Tensor scale = where(usual, largest, scalar(1, x.dtype()));
    const Tensor small = x / scale;
    const Tensor powers = p == 2 ? square(small) : zero_at_zero(small, [p](const Tensor& z) { return pow(abs(z), p); });
    const Tensor total = sum(powers, options);
    const Tensor root = zero_at_zero(total, [p](const Tensor& z) { return p == 2 ? sqrt(z) : pow(z, 1 / p); });
    return root * reshape(scale, root.shape());
}

}  // namespace gradpath
