// Sentences about order: what is turned, repeated or moved round is sliced, gathered or joined.
#include <algorithm>

#include <gradpath/autodiff/ops/reduce.hpp>

namespace gradpath {

Tensor flip(const Tensor& x, const std::vector<Index>& axes) {
    Tensor y = x;
    for (const Index axis : normal_axes("flip", x, axes)) y = slice(y, axis, {.step = -1});
    return y;
}

Tensor tile(const Tensor& x, const std::vector<Index>& repeats) {
    const Index rank = std::max(x.rank(), static_cast<Index>(repeats.size()));
    const std::vector<Index> in_front(static_cast<std::size_t>(rank - x.rank()), 1);
    Tensor y = reshape(x, Shape(std::span<const Index>(in_front)).joined(x.shape()));
    for (std::size_t i = 0; i < repeats.size(); ++i) {
        const Index times = repeats[i], axis = rank - static_cast<Index>(repeats.size() - i);
        require(times >= 0, "tile: repeats must not be negative: got ", times);
        if (times == 1) continue;
        const Index length = y.shape()[axis];
        const Index count = Shape{times, length}.size();  // throws where it is too large to count
        std::vector<Index> places(static_cast<std::size_t>(count));
        for (std::size_t k = 0; k < places.size(); ++k) places[k] = static_cast<Index>(k) % length;
        y = gather(y, Indices(Shape{count}, places), axis);
    }
    return y;
}

Tensor roll(const Tensor& x, Index shift, Index axis) {
    axis = normal_axis("roll", axis, x.rank());
    const Index length = x.shape()[axis];
    if (length == 0) return x;
    const Index cut = (length - shift % length) % length;  // the first element of the result
    return concat({slice(x, axis, cut, length), slice(x, axis, 0, cut)}, axis);
}

}  // namespace gradpath
