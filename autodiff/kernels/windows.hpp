#pragma once
// Sizes and ranges of windows that slide along one axis: what tiles, convolutions and pools count with.
#include <algorithm>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::kernels {

/// a / b rounded up, for a ≥ 0 and b > 0.
constexpr Index ceil_div(Index a, Index b) { return (a + b - 1) / b; }

struct Range {
    Index first, last;  ///< first .. last - 1
};
/// The outputs whose tap at `shift` (after padding) meets an input: 0 ≤ out · stride + shift < length. None is an empty
/// range.
inline Range meets(Index outputs, Index stride, Index shift, Index length) {
    const Index first = std::min(outputs, ceil_div(std::max<Index>(-shift, 0), stride));
    const Index last = shift >= length ? first : std::clamp(ceil_div(length - shift, stride), first, outputs);
    return {first, last};
}

}  // namespace gradpath::kernels
