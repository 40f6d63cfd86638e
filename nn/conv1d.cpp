#include <gradpath/nn/conv1d.hpp>

#include <gradpath/nn/conv_sizes.hpp>

namespace gradpath::nn {

Conv1d::Conv1d(Index channels, Index filters, const Conv1dOptions& options)
    : window{options.stride, options.padding, options.dilation, options.groups} {
    require_conv_sizes("conv1d", channels, filters, {options.kernel}, options.groups);
    weight = initial({filters, channels / options.groups, options.kernel}, options.init);
    if (options.bias) bias = zeros({filters}, options.init.dtype);
}

Tensor Conv1d::operator()(const Tensor& x) const { return with_bias(conv1d(x, weight, window), bias); }

}  // namespace gradpath::nn
