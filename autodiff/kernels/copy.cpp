// Copies between two strided layouts: permute, slice, pad, concat and broadcast are all this. Axes that lie one behind
// the other on both sides are merged first; then the last two axes form planes, and each plane is copied row by row,
// or in small squares where rows of one side are columns of the other, so that both sides use whole cache lines.
#include <algorithm>
#include <array>
#include <cstring>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/kernels/parallel.hpp>

namespace gradpath::kernels {
namespace {

struct Axis {
    Index length, step_x, step_y;
};

template <Real T>
void copy_row(Index length, const T* x, Index step_x, T* y, Index step_y) {
    constexpr Index worth_a_call = 16;
    if (step_y == 1 && step_x == 1 && length >= worth_a_call)
        std::memcpy(y, x, static_cast<std::size_t>(length) * sizeof(T));
    else if (step_y == 1 && step_x == 0) std::fill(y, y + length, *x);
    else
        for (Index i = 0; i < length; ++i) y[i * step_y] = x[i * step_x];
}

template <Real T>
void copy_plane(Axis rows, Axis columns, const T* x, T* y) {
    constexpr Index square = 16;
    if (columns.step_x == 1 || rows.step_x != 1) {
        for (Index r = 0; r < rows.length; ++r)
            copy_row(columns.length, x + r * rows.step_x, columns.step_x, y + r * rows.step_y, columns.step_y);
        return;
    }
    for (Index column = 0; column < columns.length; column += square)
        for (Index row = 0; row < rows.length; row += square) {
            const Index last_row = std::min(row + square, rows.length);
            const Index width = std::min(square, columns.length - column);
            for (Index r = row; r < last_row; ++r)
                copy_row(width, x + r * rows.step_x + column * columns.step_x, columns.step_x,
                         y + r * rows.step_y + column * columns.step_y, columns.step_y);
        }
}

/// The axes without those of length 1, neighbours merged where both sides allow; at least two.
Index merge(std::span<const Index> lengths, std::span<const Index> strides_x, std::span<const Index> strides_y,
            std::array<Axis, Shape::max_rank + 2>& axes) {
    Index rank = 0;
    const auto put = [&](Axis axis) { axes[static_cast<std::size_t>(rank++)] = axis; };
    put({1, 0, 0});
    put({1, 0, 0});
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        if (lengths[i] == 1) continue;
        Axis& before = axes[static_cast<std::size_t>(rank - 1)];
        const bool joined =
            rank > 2 && before.step_x == strides_x[i] * lengths[i] && before.step_y == strides_y[i] * lengths[i];
        if (joined) before = {before.length * lengths[i], strides_x[i], strides_y[i]};
        else put({lengths[i], strides_x[i], strides_y[i]});
    }
    return rank;
}

}  // namespace

template <Real T>
void copy_strided(std::span<const Index> lengths, const T* x, std::span<const Index> strides_x, T* y,
                  std::span<const Index> strides_y) {
    constexpr Index block = 16384;
    for (const Index length : lengths)
        if (length == 0) return;
    std::array<Axis, Shape::max_rank + 2> axes;
    const Index rank = merge(lengths, strides_x, strides_y, axes);
    const Axis rows = axes[static_cast<std::size_t>(rank - 2)], columns = axes[static_cast<std::size_t>(rank - 1)];
    if (rank <= 3) {  // one axis left (or none): split the row itself
        parallel_for(columns.length, block, [=](Index first, Index last) {
            copy_row(last - first, x + first * columns.step_x, columns.step_x, y + first * columns.step_y,
                     columns.step_y);
        });
        return;
    }
    Index planes = 1;
    for (Index i = 0; i < rank - 2; ++i) planes *= axes[static_cast<std::size_t>(i)].length;
    const Index band = std::min(rows.length, (std::max<Index>(1, block / columns.length) + 15) / 16 * 16);
    const Index bands = (rows.length + band - 1) / band;
    parallel_for(planes * bands, std::max<Index>(1, block / (band * columns.length)), [&](Index first, Index last) {
        for (Index task = first; task < last; ++task) {
            const Index row = task % bands * band;
            Index rest = task / bands, from = row * rows.step_x, to = row * rows.step_y;
            for (Index i = rank - 3; i >= 0; --i) {
                const Axis axis = axes[static_cast<std::size_t>(i)];
                from += rest % axis.length * axis.step_x;
                to += rest % axis.length * axis.step_y;
                rest /= axis.length;
            }
            copy_plane({std::min(band, rows.length - row), rows.step_x, rows.step_y}, columns, x + from, y + to);
        }
    });
}

template void copy_strided(std::span<const Index>, const float*, std::span<const Index>, float*,
                           std::span<const Index>);
template void copy_strided(std::span<const Index>, const double*, std::span<const Index>, double*,
                           std::span<const Index>);

}  // namespace gradpath::kernels
