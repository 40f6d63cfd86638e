// Pools that say how many bins there are instead of how large they are.
#include <gradpath/autodiff/kernels/windows.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath {
namespace {

void check(const char* op, const Tensor& x) {
    require<ShapeError>(x.rank() == 4, op, ": x must be [rows, channels, height, width]: its shape is ", x.shape());
    require<ShapeError>(x.shape()[2] > 0 && x.shape()[3] > 0, op, ": there must be something to pool: the shape is ",
                        x.shape());
}

/// Each bin is a slice and its mean; where bins differ in size, they overlap.
Tensor average_bins(const Tensor& x, Index axis, Index count) {
    const Index length = x.shape()[axis];
    Tensors bins;
    for (Index i = 0; i < count; ++i) {
        const Tensor bin = slice(x, axis, i * length / count, kernels::ceil_div((i + 1) * length, count));
        bins.push_back(mean(bin, {.axes = {axis}, .keep = true}));
    }
    return concat(bins, axis);
}

}  // namespace

Tensor adaptive_avg_pool2d(const Tensor& x, Size2 out) {
    check("adaptive_avg_pool2d", x);
    require(out.height > 0 && out.width > 0, "adaptive_avg_pool2d: there must be at least one bin each way: got ",
            out.height, " by ", out.width);
    const Index height = x.shape()[2], width = x.shape()[3];
    if (height % out.height == 0 && width % out.width == 0)
        return avg_pool2d(x, {.kernel = {height / out.height, width / out.width}});
    return average_bins(average_bins(x, 2, out.height), 3, out.width);
}

Tensor global_avg_pool2d(const Tensor& x) {
    check("global_avg_pool2d", x);
    return mean(x, {.axes = {2, 3}});
}

}  // namespace gradpath
