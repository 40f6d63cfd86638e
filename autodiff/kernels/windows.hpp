#pragma once
// Sizes and ranges of windows that slide along one axis: what tiles, convolutions and pools count with.
#include <algorithm>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::kernels {

/// a / b rounded up, for a ≥ 0 and b > 0.
constexpr Index ceil_div(Index a, Index b) { return (a + b - 1) / b; }

/// The longest of the fewest parts of `length`, as equal as can be, none longer than `most`; 0 of nothing.
constexpr Index even_part(Index length, Index most) {
    return length <= 0 ? 0 : ceil_div(length, ceil_div(length, most));
}

/// How many windows fit: outputs of a convolution or pool along one axis, for a kernel within the padded length.
constexpr Index window_count(Index length, Index kernel, Index stride, Index padding, Index dilation = 1) {
    return (length + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}

struct Range {
    Index first, last;  ///< first .. last - 1
};
/// The outputs whose tap at `shift` (after padding) meets an input: 0 ≤ out · stride + shift < length. None is an empty
/// range.
inline Range meets(Index outputs, Index stride, Index shift, Index length) {
    const auto over = [stride](Index a) { return stride == 1 ? a : ceil_div(a, stride); };  // a division is slow
    const Index first = std::min(outputs, over(std::max<Index>(-shift, 0)));
    const Index last = shift >= length ? first : std::clamp(over(length - shift), first, outputs);
    return {first, last};
}

}  // namespace gradpath::kernels
