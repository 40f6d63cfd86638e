// A signal is an image of height 1.
#include <array>

#include <gradpath/autodiff/ops/conv2d.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath {
namespace {

Tensor with_height(const Tensor& x) { return reshape(x, Shape{x.shape()[0], x.shape()[1], 1, x.shape()[2]}); }

}  // namespace

Tensor conv1d(const Tensor& x, const Tensor& weight, const Conv1d& o) {
    require_same_dtype("conv1d", std::array{x, weight});
    require<ShapeError>(x.rank() == 3, "conv1d: x must be [rows, channels, length]: its shape is ", x.shape());
    require<ShapeError>(weight.rank() == 3,
                        "conv1d: the weight must be [filters, channels/groups, length]: its shape is ", weight.shape());
    const Conv2d window{
        .stride = {1, o.stride}, .padding = {0, o.padding}, .dilation = {1, o.dilation}, .groups = o.groups};
    check_convolution("conv1d", x.shape(), weight.shape(), window);
    const Tensor y = conv2d(with_height(x), with_height(weight), window);
    return reshape(y, Shape{y.shape()[0], y.shape()[1], y.shape()[3]});
}

}  // namespace gradpath
