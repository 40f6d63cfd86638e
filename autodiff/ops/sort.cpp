// Order along an axis. Positions are ordered by number and, among equals, by place: a total order, so that any sorting
// algorithm gives the same answer. The numbers themselves are then taken from there, which is differentiable.
#include <algorithm>
#include <bit>
#include <cmath>
#include <compare>
#include <type_traits>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath {
namespace {

/// A number as an unsigned integer of the same order: the bits, with those of negative numbers turned over. Both zeros
/// are one, and NaN is the largest.
template <Real T>
auto key_of(T x) {
    using Bits = std::conditional_t<std::same_as<T, float>, std::uint32_t, std::uint64_t>;
    constexpr Bits all = ~Bits(0), sign = all - all / 2;
    if (std::isnan(x)) return all;
    const Bits bits = std::bit_cast<Bits>(x + T(0));  // -0 + 0 is 0
    return bits & sign ? ~bits : bits | sign;
}

template <Real T>
struct Item {
    decltype(key_of(T())) key;
    Index place;
    auto operator<=>(const Item&) const = default;
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
        std::vector<Item<T>> items(static_cast<std::size_t>(length));
        for (Index i = first; i < last; ++i) {
            const T* from = numbers + i / inner * length * inner + i % inner;
            for (Index place = 0; place < length; ++place, from += inner) {
                const auto key = key_of(*from);
                items[static_cast<std::size_t>(place)] = {descending ? ~key : key, place};
            }
            if (keep == length) std::sort(items.begin(), items.end());
            else std::partial_sort(items.begin(), items.begin() + keep, items.end());
            Index* to = positions.data() + i / inner * keep * inner + i % inner;
            for (Index k = 0; k < keep; ++k, to += inner) *to = items[static_cast<std::size_t>(k)].place;
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
