// The slopes get axes of length 1 behind them, so that broadcasting lays them along the channels.
#include <gradpath/nn/prelu.hpp>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::nn {

Prelu::Prelu(const PreluOptions& options) {
    require<ShapeError>(options.channels >= 1, "prelu: channels must be at least 1: there are ", options.channels);
    slope = full({options.channels}, options.slope, options.dtype);
}

Tensor Prelu::operator()(const Tensor& x) const {
    const Index channels = slope.size();
    if (channels == 1) return leaky_relu(x, reshape(slope, Shape{}));
    require<ShapeError>(x.rank() >= 2 && x.shape()[1] == channels, "prelu: x must be [rows, ", channels,
                        ", ..]: its shape is ", x.shape());
    std::vector<Index> lengths(static_cast<std::size_t>(x.rank() - 1), 1);
    lengths.front() = channels;
    return leaky_relu(x, reshape(slope, Shape(std::span<const Index>(lengths))));
}

}  // namespace gradpath::nn
