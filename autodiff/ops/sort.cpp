// Order along an axis. Positions are ordered by number and, among equals, by place: a total order, so that any sorting
// algorithm gives the same answer. The numbers themselves are then taken from there, which is differentiable.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath {
namespace {

/// NaN counts as the largest number.
template <Real T>
bool less(T a, T b) {
    return a < b || (std::isnan(b) && !std::isnan(a));
}

/// One line of numbers, `step` apart.
template <Real T>
struct Line {
    const T* numbers;
    Index step;
    bool descending;

    bool operator()(Index a, Index b) const {  // does place a come before place b?
        const T x = numbers[a * step], y = numbers[b * step];
        if (less(x, y)) return !descending;
        if (less(y, x)) return descending;
        return a < b;
    }
};

/// The first `keep` places of each line along the axis, in order.
template <Real T>
std::vector<Index> ordered(const Tensor& x, Index axis, Index keep, bool descending) {
    const Shape& shape = x.shape();
    const Index lines = shape.with(axis, 1).size(), length = shape[axis];
    const Index inner = shape.slice(axis + 1, shape.rank()).size();
    const T* numbers = x.data<T>().data();
    std::vector<Index> positions(static_cast<std::size_t>(lines * keep));
    kernels::parallel_for(lines, std::max<Index>(1, 4096 / std::max<Index>(1, length)), [&](Index first, Index last) {
        std::vector<Index> places(static_cast<std::size_t>(length));
        for (Index i = first; i < last; ++i) {
            const Line<T> line{numbers + i / inner * length * inner + i % inner, inner, descending};
            std::iota(places.begin(), places.end(), Index(0));
            if (keep == length) std::sort(places.begin(), places.end(), line);
            else std::partial_sort(places.begin(), places.begin() + keep, places.end(), line);
            for (Index k = 0; k < keep; ++k)
                positions[static_cast<std::size_t>((i / inner * keep + k) * inner + i % inner)] =
                    places[static_cast<std::size_t>(k)];
        }
    });
    return positions;
}

Indices order(const Tensor& x, Index axis, Index keep, bool descending) {
    return Indices(x.shape().with(axis, keep),
                   dispatch(x.dtype(), [&](auto t) { return ordered<decltype(t)>(x, axis, keep, descending); }));
}

}  // namespace

Indices argsort(const Tensor& x, Index axis, const Sort& options) {
    axis = normal_axis("argsort", axis, x.rank());
    return order(x, axis, x.shape()[axis], options.descending);
}

Tensor sort(const Tensor& x, Index axis, const Sort& options) {
    axis = normal_axis("sort", axis, x.rank());
    return take_along_axis(x, argsort(x, axis, options), axis);
}

TopK topk(const Tensor& x, Index k, Index axis) {
    axis = normal_axis("topk", axis, x.rank());
    const Index length = x.shape()[axis];
    require(0 <= k && k <= length, "topk: k must lie in 0 .. ", length, ", the length of axis ", axis, ": got ", k);
    const Indices positions = order(x, axis, k, true);
    return {take_along_axis(x, positions, axis), positions};
}

}  // namespace gradpath
