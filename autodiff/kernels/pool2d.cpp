// Pooling over planes. A window takes what of it lies inside the plane: padding never wins a maximum and counts as
// zeros in an average. Every set of instructions gives the same bits: comparisons are exact, and sums run in reading
// order.
#include <algorithm>
#include <limits>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/table.hpp>
#include <gradpath/autodiff/kernels/windows.hpp>

namespace gradpath::kernels {
namespace {

/// f(plane) for all planes, over the threads.
void each_plane(const PoolGeometry& g, const auto& f) {
    const Index work = std::max<Index>(1, g.out_height * g.out_width * g.kernel_height * g.kernel_width);
    parallel_for(g.planes, std::max<Index>(1, 32768 / work), [&](Index first, Index last) {
        for (Index plane = first; plane < last; ++plane) f(plane);
    });
}

/// The inputs of a window along one axis.
Range inside(Index out, Index stride, Index padding, Index kernel, Index length) {
    const Index first = out * stride - padding;
    return {std::max<Index>(first, 0), std::min(first + kernel, length)};
}

/// One tap of a row of windows: x points at what the tap of window 0 meets, `at` is its position in the plane. A number
/// takes over if it is larger than the best so far, or the first NaN. The pointers share no memory, which lets the
/// compiler vectorise.
template <Real T>
void challenge(Range windows, Index stride, const T* __restrict x, std::int32_t at, T* __restrict best,
               std::int32_t* __restrict winners) {
    const std::int32_t step = static_cast<std::int32_t>(stride);
    for (Index o = windows.first; o < windows.last; ++o) {
        const T value = x[o * stride], old = best[o];
        const bool better = !(value <= old) & (old == old);
        best[o] = better ? value : old;
        winners[o] = better ? at + static_cast<std::int32_t>(o) * step : winners[o];
    }
}

/// f(out position, rows, columns) for each window of a plane.
void each_window(const PoolGeometry& g, const auto& f) {
    for (Index oy = 0; oy < g.out_height; ++oy) {
        const Range rows = inside(oy, g.stride_height, g.padding_height, g.kernel_height, g.height);
        for (Index ox = 0; ox < g.out_width; ++ox)
            f(oy * g.out_width + ox, rows, inside(ox, g.stride_width, g.padding_width, g.kernel_width, g.width));
    }
}

/// Windows of two by two side by side that leave nothing out, in planes small enough for a float to count.
bool is_pairs(const PoolGeometry& g) {
    const bool twos = g.kernel_height == 2 && g.kernel_width == 2 && g.stride_height == 2 && g.stride_width == 2;
    return twos && g.padding_height == 0 && g.padding_width == 0 && g.height == 2 * g.out_height &&
           g.width == 2 * g.out_width && g.height * g.width < (Index{1} << 24);
}

/// f(first input, first output) for all planes, over the threads.
void each_paired(const PoolGeometry& g, const auto& f) {
    each_plane(g, [&](Index plane) { f(plane * g.height * g.width, plane * g.out_height * g.out_width); });
}

}  // namespace

template <Real T>
void max_pool2d(const PoolGeometry& g, const T* x, T* y, std::int32_t* winners) {
    if (const auto pairs = table<T>().max_pairs; pairs != nullptr && is_pairs(g))
        return each_paired(
            g, [&](Index in, Index out) { pairs(x + in, g.out_height, g.out_width, y + out, winners + out); });
    each_plane(g, [&](Index plane) {
        const T* const from = x + plane * g.height * g.width;
        for (Index oy = 0; oy < g.out_height; ++oy) {
            T* const best = y + (plane * g.out_height + oy) * g.out_width;
            std::int32_t* const winner = winners + (plane * g.out_height + oy) * g.out_width;
            const Range rows = inside(oy, g.stride_height, g.padding_height, g.kernel_height, g.height);
            for (Index ox = 0; ox < g.out_width; ++ox) {
                best[ox] = -std::numeric_limits<T>::infinity();
                const Index column = std::max<Index>(ox * g.stride_width - g.padding_width, 0);
                winner[ox] = static_cast<std::int32_t>(rows.first * g.width + column);
            }
            for (Index i = rows.first; i < rows.last; ++i)
                for (Index j = 0; j < g.kernel_width; ++j) {
                    const Index at = i * g.width + j - g.padding_width;
                    const auto place = static_cast<std::int32_t>(at);
                    const Range windows = meets(g.out_width, g.stride_width, j - g.padding_width, g.width);
                    if (g.stride_width == 1) challenge(windows, 1, from + at, place, best, winner);
                    else if (g.stride_width == 2) challenge(windows, 2, from + at, place, best, winner);
                    else challenge(windows, g.stride_width, from + at, place, best, winner);
                }
        }
    });
}

template <Real T>
void max_pool2d_scatter(const PoolGeometry& g, const T* dy, const std::int32_t* winners, T* dx) {
    if (const auto pairs = table<T>().scatter_pairs; pairs != nullptr && is_pairs(g))
        return each_paired(
            g, [&](Index in, Index out) { pairs(dy + out, winners + out, g.out_height, g.out_width, dx + in); });
    const Index outputs = g.out_height * g.out_width;
    each_plane(g, [&](Index plane) {
        T* const to = dx + plane * g.height * g.width;
        std::fill(to, to + g.height * g.width, T(0));
        for (Index i = plane * outputs; i < (plane + 1) * outputs; ++i) to[winners[i]] += dy[i];
    });
}

template <Real T>
void max_pool2d_gather(const PoolGeometry& g, const T* x, const std::int32_t* winners, T* y) {
    const Index outputs = g.out_height * g.out_width;
    each_plane(g, [&](Index plane) {
        const T* const from = x + plane * g.height * g.width;
        for (Index i = plane * outputs; i < (plane + 1) * outputs; ++i) y[i] = from[winners[i]];
    });
}

template <Real T>
void avg_pool2d(const PoolGeometry& g, const T* x, T* y) {
    if (const auto pairs = table<T>().mean_pairs; pairs != nullptr && is_pairs(g))
        return each_paired(g, [&](Index in, Index out) { pairs(x + in, g.out_height, g.out_width, y + out); });
    const T share = T(1) / static_cast<T>(g.kernel_height * g.kernel_width);
    each_plane(g, [&](Index plane) {
        const T* const from = x + plane * g.height * g.width;
        const Index to = plane * g.out_height * g.out_width;
        each_window(g, [&](Index out, Range rows, Range columns) {
            T total = 0;
            for (Index i = rows.first; i < rows.last; ++i)
                for (Index j = columns.first; j < columns.last; ++j) total += from[i * g.width + j];
            y[to + out] = total * share;
        });
    });
}

template <Real T>
void avg_pool2d_vjp(const PoolGeometry& g, const T* dy, T* dx) {
    if (const auto pairs = table<T>().spread_pairs; pairs != nullptr && is_pairs(g))
        return each_paired(g, [&](Index in, Index out) { pairs(dy + out, g.out_height, g.out_width, dx + in); });
    const T share = T(1) / static_cast<T>(g.kernel_height * g.kernel_width);
    each_plane(g, [&](Index plane) {
        T* const to = dx + plane * g.height * g.width;
        const T* const from = dy + plane * g.out_height * g.out_width;
        std::fill(to, to + g.height * g.width, T(0));
        each_window(g, [&](Index out, Range rows, Range columns) {
            for (Index i = rows.first; i < rows.last; ++i)
                for (Index j = columns.first; j < columns.last; ++j) to[i * g.width + j] += from[out] * share;
        });
    });
}

template void max_pool2d(const PoolGeometry&, const float*, float*, std::int32_t*);
template void max_pool2d(const PoolGeometry&, const double*, double*, std::int32_t*);
template void max_pool2d_scatter(const PoolGeometry&, const float*, const std::int32_t*, float*);
template void max_pool2d_scatter(const PoolGeometry&, const double*, const std::int32_t*, double*);
template void max_pool2d_gather(const PoolGeometry&, const float*, const std::int32_t*, float*);
template void max_pool2d_gather(const PoolGeometry&, const double*, const std::int32_t*, double*);
template void avg_pool2d(const PoolGeometry&, const float*, float*);
template void avg_pool2d(const PoolGeometry&, const double*, double*);
template void avg_pool2d_vjp(const PoolGeometry&, const float*, float*);
template void avg_pool2d_vjp(const PoolGeometry&, const double*, double*);

}  // namespace gradpath::kernels
