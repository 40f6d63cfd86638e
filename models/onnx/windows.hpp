#pragma once
// Windows over the spatial axes of [rows, channels, ...]: what convolutions and pools of any rank share.
#include <gradpath/models/onnx/call.hpp>

namespace gradpath::models::onnx {

struct Window {
    std::vector<Index> kernel, strides, dilations;
    std::vector<Index> begins, ends;  ///< pads
    std::vector<Index> beyond;        ///< more at the end, so that ceil_mode's last windows are whole
    std::vector<Index> outputs;       ///< windows along each axis

    std::size_t axes() const { return kernel.size(); }
    bool dilated() const;
    bool padded() const;
    Index kernel_size() const;
};

/// Reads auto_pad, ceil_mode, dilations, kernel_shape (unless `kernel` is given), pads and strides for an input of this
/// shape. Throws ShapeError where windows do not fit.
Window window_of(const Call& call, const Shape& x, std::vector<Index> kernel = {});
/// Pads of auto_pad so that `excess` is divided as SAME_UPPER or SAME_LOWER say.
void share_pads(const std::string& mode, Index excess, Index& begin, Index& end);
/// x with the window's pads around it, and `beyond`.
Value around(const Value& x, const Window& window, const Value& filler);
/// Places of the numbers of each window in the flattened spatial axes of the padded input: [kernel size, windows].
Indices places(const Window& window, const Shape& padded);
/// [rows, channels, kernel size, windows] of what was padded.
Value in_windows(const Value& padded, const Window& window);
/// The shape of one number per window.
Shape per_window(const Shape& x, Index channels, const Window& window);

}  // namespace gradpath::models::onnx
