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

    explicit ConvPlan(const ConvGeometry& geometry);
    const Index* offsets() const { return offsets_.get(); }  ///< of the taps, in the copy
    Index copy_size() const;
    /// What output rows first_row .. first_row + band - 1 need of the channels at `image`. The buffer's border is made
    /// of zeros when it is `fresh`, and stays.
    void copy(const T* image, Index first_row, bool fresh, T* to) const;

private:
    PhaseAxis rows_, columns_;
    Index plane_;  // of one phase
    Scratch<Index> offsets_;
};

}  // namespace gradpath::kernels
