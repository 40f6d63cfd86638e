// Schemes read a weight as [outputs, inputs, ..]; so it is drawn as that of the convolution from channels to filters,
// and its first two axes exchanged within each group.
#include <gradpath/nn/conv_transpose2d.hpp>

#include <gradpath/nn/conv_sizes.hpp>

namespace gradpath::nn {

ConvTranspose2d::ConvTranspose2d(Index channels, Index filters, const ConvTranspose2dOptions& options)
    : window{options.stride, options.padding, options.output_padding, options.dilation, options.groups} {
    const auto [height, width] = options.kernel;
    const Index groups = options.groups;
    require_conv_sizes("conv_transpose2d", channels, filters, {height, width}, groups);
    const Tensor drawn = initial({filters, channels / groups, height, width}, options.init);
    const Tensor grouped = reshape(drawn, {groups, filters / groups, channels / groups, height, width});
    weight = reshape(permute(grouped, {0, 2, 1, 3, 4}), {channels, filters / groups, height, width});
    if (options.bias) bias = zeros({filters}, options.init.dtype);
}

Tensor ConvTranspose2d::operator()(const Tensor& x) const {
    return with_bias(conv_transpose2d(x, weight, window), bias);
}

}  // namespace gradpath::nn
