// Written with ops, so that explaining a model may differentiate through it.
#include <gradpath/nn/normalise.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

namespace {

/// One number per channel as a tensor that broadcasts against x [rows, channels, ..].
Tensor per_channel(const std::vector<double>& numbers, const Tensor& x) {
    Shape shape{static_cast<Index>(numbers.size())};
    for (Index axis = 2; axis < x.rank(); ++axis) shape = shape.joined({1});
    return Tensor(shape, numbers).to(x.dtype());
}

}  // namespace

Tensor normalised(const Tensor& x, const std::vector<double>& mean, const std::vector<double>& sd) {
    if (mean.empty() && sd.empty()) return x;
    require<ShapeError>(x.rank() >= 2, "normalised: x must be [rows, channels, ..] but has shape ", x.shape());
    const Index channels = x.shape()[1];
    require<ShapeError>(static_cast<Index>(mean.size()) == channels && mean.size() == sd.size(), "normalised: x has ",
                        channels, " channels but there are ", mean.size(), " means and ", sd.size(), " sds");
    for (const double s : sd) require(s > 0, "normalised: sd must be above 0 but is ", s);
    return (x - per_channel(mean, x)) / per_channel(sd, x);
}

}  // namespace gradpath::nn
