#pragma once
// What a convolution and its adjoints share: one group of one image is copied, padded, and split by the phases of its
// stride; then the inputs that tap (channel, i, j) meets at the outputs of a row lie one behind the other, and "row p
// of the column matrix" is merely an offset into that copy (the indirection of Dukhan 2019, by taps).
#include <gradpath/autodiff/kernels/scratch.hpp>
#include <gradpath/autodiff/kernels/table.hpp>
#include <gradpath/autodiff/kernels/windows.hpp>

namespace gradpath::kernels {

/// One axis of the copy: a tap stands `shift` behind the output in its phase of the stride.
struct PhaseAxis {
    Index dilation, stride;
    Index phases = 0;  ///< those up to the last that a tap meets
    Index reach = 0;   ///< the largest shift

    PhaseAxis(Index taps, Index dilation_, Index stride_) : dilation(dilation_), stride(stride_) {
        for (Index tap = 0; tap < taps; ++tap) {
            phases = std::max(phases, phase(tap) + 1);
            reach = std::max(reach, shift(tap));
        }
    }
    Index phase(Index tap) const { return tap * dilation % stride; }
    Index shift(Index tap) const { return tap * dilation / stride; }
};

/// The plan of one call: everything that does not depend on the image.
template <Real T>
class ConvPlan {
public:
    const ConvGeometry& g;
    Index channels, filters, taps, depth;  ///< of one group; depth is channels · taps
    Index outputs;                         ///< of one filter
    Index band, bands;                     ///< output rows of a task; tasks of an image
    Index pitch;                           ///< length of a row of the copy

    explicit ConvPlan(const ConvGeometry& geometry, const T* bias = nullptr);
    const Index* offsets() const { return offsets_.get(); }  ///< of the taps, in the copy
    const PhaseAxis& rows() const { return rows_; }
    const PhaseAxis& columns() const { return columns_; }
    Index copy_size() const;
    Index plane() const { return rows_.phases * columns_.phases * plane_; }  ///< of a channel in the copy
    /// Images whose weights' adjoints are added one after the other; sums of such blocks are added in a tree.
    Index images_together() const { return std::max<Index>(4, ceil_div(g.rows, 32)); }
    /// Adds its bias, if there is one, to `count` outputs of each filter of a group; y points at the first filter's.
    void add_bias(Index group, Index count, T* y) const;
    void add_one_bias(Index filter, Index count, T* y) const;  ///< to the outputs of one filter
    /// What output rows first_row .. first_row + band - 1 need of the channels at `image`. The border is cleared when
    /// the buffer is `fresh`, and stays.
    void copy(const T* image, Index first_row, bool fresh, T* to) const;

private:
    PhaseAxis rows_, columns_;
    Index plane_;  // of one phase
    const T* bias_;
    Scratch<Index> offsets_;
};

/// Which part of the lanes, cut into vectors, `count` of them fill.
inline double filled(Index count, Index lanes) {
    return static_cast<double>(count) / static_cast<double>(ceil_div(count, lanes) * lanes);
}

/// Lines of at most 32 numbers, `step` apart.
template <Real T>
struct Lines {
    const T* first;
    Index step, count, length;
};
/// y[i step + line] = number i of each line
template <Real T>
void store_turned(const Lines<T>& lines, T* y, Index step);
/// The same where lines are no more than a tile is wide; y may be written up to the next multiple of a vector.
template <Real T>
void turn_lines(const Lines<T>& lines, T* y, Index step);

}  // namespace gradpath::kernels
