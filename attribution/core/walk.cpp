// Points are computed in double from the two corners of an edge and rounded once to the dtype.
#include <gradpath/attribution/core/walk.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath::attribution {
namespace {

constexpr std::size_t group = 16;     // numbers at once: loops of a fixed length over apart arrays become vectors
constexpr std::size_t block = 16384;  // numbers per task
constexpr std::size_t line = 16;      // numbers of the smaller dtype in a line of the cache

/// out = from + at (to - from), for `count` numbers.
template <Real T>
void blend(const T* __restrict from, const T* __restrict to, double at, std::size_t count, T* __restrict out) {
    const auto one = [=](T a, T b) {
        const double start = static_cast<double>(a);
        return static_cast<T>(start + at * (static_cast<double>(b) - start));
    };
    std::size_t i = 0;
    for (; i + group <= count; i += group)
        for (std::size_t k = i; k < i + group; ++k) out[k] = one(from[k], to[k]);
    for (; i < count; ++i) out[i] = one(from[i], to[i]);
}

/// sums += weight · (to - from) ∘ slope, for `count` numbers: is each slope finite? Where no step is taken it does not
/// count.
template <Real T, Real S>
bool add_steps(const T* __restrict from, const T* __restrict to, const S* __restrict slope, double weight,
               std::size_t count, double* __restrict sums) {
    int missing = 0;
    const auto one = [&](std::size_t k) {
        const double step = static_cast<double>(to[k]) - static_cast<double>(from[k]);
        const double term = weight * step * static_cast<double>(slope[k]);
        sums[k] += step != 0 ? term : 0;
        missing |= !(std::abs(slope[k]) <= std::numeric_limits<S>::max());
    };
    std::size_t i = 0;
    for (; i + group <= count; i += group)
        for (std::size_t k = i; k < i + group; ++k) one(k);
    for (; i < count; ++i) one(i);
    return missing == 0;
}

}  // namespace

void Walk::go(Index edge) {
    if (edge == edge_) return;
    from_ = edge_ >= 0 && edge == edge_ + 1 ? to_ : path_.corner(edge);
    to_ = path_.corner(edge + 1);
    edge_ = edge;
    for (const Tensor& corner : {from_, to_}) {
        require<ShapeError>(corner && corner.shape() == input_.shape(), method_,
                            ": corners of the path must have shape ", input_.shape(), " but one has ",
                            corner ? to_text(corner.shape()) : std::string("none"));
        require<DTypeError>(corner.dtype() == input_.dtype(), method_, ": corners of the path must be ", input_.dtype(),
                            " but one is ", corner.dtype());
    }
}

void Walk::each_edge(std::span<const Place> places, auto&& f) {
    for (std::size_t first = 0, last = 0; first < places.size(); first = last) {
        while (last < places.size() && places[last].edge == places[first].edge) ++last;
        go(places[first].edge);
        f(first, last);
    }
}

Points Walk::points(std::span<const Place> places) {
    const auto width = static_cast<std::size_t>(input_.size() / input_.rows());
    Points made{.at = zeros(input_.shape().with(0, static_cast<Index>(places.size())), input_.dtype()), .rows = {}};
    for (const Place& place : places) made.rows.push_back(place.row);
    const auto fill = [&]<Real T>(T* out, std::span<const Place> on_edge) {
        const T *const from = from_.data<T>().data(), *const to = to_.data<T>().data();
        const auto grain = static_cast<Index>(block / width + 1);
        kernels::parallel_for(static_cast<Index>(on_edge.size()), grain, [&](Index first, Index last) {
            for (auto k = static_cast<std::size_t>(first); k < static_cast<std::size_t>(last); ++k) {
                const std::size_t offset = static_cast<std::size_t>(on_edge[k].row) * width;
                if (on_edge[k].at == 1) std::copy_n(to + offset, width, out + k * width);
                else blend(from + offset, to + offset, on_edge[k].at, width, out + k * width);
            }
        });
    };
    each_edge(places, [&](std::size_t first, std::size_t last) {
        dispatch(input_.dtype(),
                 [&]<Real T>(T) { fill(own<T>(made.at) + first * width, places.subspan(first, last - first)); });
    });
    return made;
}

void Walk::add(const Place& place, double weight, std::span<const double> slopes, std::span<double> sums) {
    const auto width = static_cast<std::size_t>(input_.size() / input_.rows());
    go(place.edge);
    dispatch(input_.dtype(), [&]<Real T>(T) {
        const auto offset = static_cast<std::size_t>(place.row) * width;
        const T* const from = from_.data<T>().data() + offset;
        const T* const to = to_.data<T>().data() + offset;
        for (std::size_t first = 0; first < slopes.size(); first += width)
            add_steps(from, to, slopes.data() + first, weight, width, sums.data() + first);
    });
}

std::vector<Place> Walk::add(const Slopes& seen, std::span<double> sums) {
    const auto width = static_cast<std::size_t>(input_.size() / input_.rows()), targets = seen.slopes.size();
    std::vector<std::atomic<bool>> missing(seen.at.size());
    const auto add_columns = [&]<Real T>(std::size_t k, std::size_t column, std::size_t count, T) {
        const auto row = static_cast<std::size_t>(seen.at[k].row);
        const T* const from = from_.data<T>().data() + row * width + column;
        const T* const to = to_.data<T>().data() + row * width + column;
        for (std::size_t t = 0; t < targets; ++t) {
            const T* const slope = seen.slopes[t].data<T>().data() + k * width + column;
            double* const sum = sums.data() + (row * targets + t) * width + column;
            if (!add_steps(from, to, slope, seen.weights[k], count, sum))
                missing[k].store(true, std::memory_order_relaxed);
        }
    };
    each_edge(seen.at, [&](std::size_t first, std::size_t last) {
        const std::size_t grain = (block / (2 * (last - first)) + line) / line * line;  // whole lines of the cache
        kernels::parallel_for(static_cast<Index>(width), static_cast<Index>(grain), [&](Index left, Index right) {
            for (std::size_t k = first; k < last; ++k)
                dispatch(input_.dtype(), [&](auto t) {
                    add_columns(k, static_cast<std::size_t>(left), static_cast<std::size_t>(right - left), t);
                });
        });
    });
    std::vector<Place> places;
    for (std::size_t k = 0; k < missing.size(); ++k)
        if (missing[k].load(std::memory_order_relaxed)) places.push_back(seen.at[k]);
    return places;
}

}  // namespace gradpath::attribution
