// The bias is stored as [filters] and stands as [filters, 1, 1] in the sum, where it broadcasts over rows and pixels.
#include <gradpath/nn/conv2d.hpp>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::nn {

Conv2d::Conv2d(Index channels, Index filters, const Conv2dOptions& options)
    : window{options.stride, options.padding, options.dilation, options.groups} {
    const auto [height, width] = options.kernel;
    require<ShapeError>(channels >= 1 && filters >= 1 && height >= 1 && width >= 1 && options.groups >= 1,
                        "conv2d: channels, filters, kernel and groups must be at least 1: they are ", channels, ", ",
                        filters, ", ", height, "x", width, " and ", options.groups);
    require<ShapeError>(channels % options.groups == 0 && filters % options.groups == 0,
                        "conv2d: groups must divide channels and filters: ", options.groups, " groups, ", channels,
                        " channels, ", filters, " filters");
    weight = initial({filters, channels / options.groups, height, width}, options.init);
    if (options.bias) bias = zeros({filters}, options.init.dtype);
}

Tensor Conv2d::operator()(const Tensor& x) const {
    const Tensor y = conv2d(x, weight, window);
    return bias ? y + reshape(bias, {bias.size(), 1, 1}) : y;
}

}  // namespace gradpath::nn
