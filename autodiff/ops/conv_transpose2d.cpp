// The adjoint of a convolution in its input, as an op of its own right: x stands where the cotangent stood. Only the
// picture's size must be said, for a stride forgets up to stride - 1 rows of it: output_padding brings them back.
#include <array>

#include <gradpath/autodiff/ops/conv2d.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath {
namespace {

void check(const Shape& x, const Shape& w, const ConvTranspose2d& o) {
    require<ShapeError>(x.rank() == 4, "conv_transpose2d: x must be [rows, channels, height, width]: its shape is ", x);
    require<ShapeError>(w.rank() == 4,
                        "conv_transpose2d: the weight must be [channels, filters/groups, height, width]: its shape is ",
                        w);
    require<ShapeError>(x[2] > 0 && x[3] > 0 && w[2] > 0 && w[3] > 0,
                        "conv_transpose2d: picture and kernel must not be empty: the shapes are ", x, " and ", w);
    require<ShapeError>(w[0] == x[1], "conv_transpose2d: channels differ: x has ", x[1], ", the weight ", w[0]);
    require<ShapeError>(o.groups > 0 && x[1] % o.groups == 0,
                        "conv_transpose2d: groups must divide channels: ", o.groups, " groups, ", x[1], " channels");
    const auto fits = [](Index extra, Index stride) { return 0 <= extra && extra < stride; };
    require(fits(o.output_padding.height, o.stride.height) && fits(o.output_padding.width, o.stride.width),
            "conv_transpose2d: output_padding must lie in 0 .. stride - 1: got ", o.output_padding.height, " and ",
            o.output_padding.width);
}

}  // namespace

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const ConvTranspose2d& o) {
    require_same_dtype("conv_transpose2d", std::array{x, weight});
    const Conv2d window{o.stride, o.padding, o.dilation, o.groups};
    check_sliding("conv_transpose2d", window);
    const Shape &from = x.shape(), &w = weight.shape();
    check(from, w, o);
    const Index height = (from[2] - 1) * o.stride.height - 2 * o.padding.height + o.dilation.height * (w[2] - 1) +
                         o.output_padding.height + 1;
    const Index width = (from[3] - 1) * o.stride.width - 2 * o.padding.width + o.dilation.width * (w[3] - 1) +
                        o.output_padding.width + 1;
    require<ShapeError>(height > 0 && width > 0, "conv_transpose2d: the padding leaves nothing: the result would be ",
                        height, " by ", width);
    return conv2d_input_vjp(x, weight, {from[0], w[1] * o.groups, height, width}, window);
}

}  // namespace gradpath
