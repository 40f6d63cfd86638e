#include <gradpath/nn/conv2d.hpp>

#include <gradpath/nn/conv_sizes.hpp>

namespace gradpath::nn {

Conv2d::Conv2d(Index channels, Index filters, const Conv2dOptions& options)
    : window{options.stride, options.padding, options.dilation, options.groups} {
    const auto [height, width] = options.kernel;
    require_conv_sizes("conv2d", channels, filters, {height, width}, options.groups);
    weight = initial({filters, channels / options.groups, height, width}, options.init);
    if (options.bias) bias = zeros({filters}, options.init.dtype);
}

Tensor Conv2d::operator()(const Tensor& x) const {
    return bias ? conv2d(x, weight, bias, window) : conv2d(x, weight, window);
}

}  // namespace gradpath::nn
