// Reshaped to [rows, groups, everything else], the groups are those of standardize (2018, eq. 1, 2 and 7).
#include <gradpath/nn/group_norm.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/nn/channels.hpp>

namespace gradpath::nn {

GroupNorm::GroupNorm(Index groups_in, Index channels_in, const NormOptions& options)
    : groups(groups_in), channels(channels_in), epsilon(options.epsilon) {
    require<ShapeError>(groups >= 1 && channels >= 1 && channels % groups == 0,
                        "group_norm: groups must divide the channels: ", groups, " groups, ", channels, " channels");
    require(epsilon >= 0, "group_norm: epsilon must be at least 0: it is ", epsilon);
    if (options.affine) weight = ones({channels}, options.dtype), bias = zeros({channels}, options.dtype);
}

Tensor GroupNorm::operator()(const Tensor& x) const {
    require<ShapeError>(x.rank() >= 2 && x.shape()[1] == channels, "group_norm: x must be [rows, ", channels,
                        ", ..]: its shape is ", x.shape());
    const Index numbers = channels / groups * x.shape().slice(2, x.rank()).size();  // of a row, in one group
    const Tensor grouped = reshape(x, {x.rows(), groups, numbers});
    const Tensor y = reshape(standardize(grouped, {.first = 0, .last = 2, .epsilon = epsilon}).y, x.shape());
    return weight ? y * over_channels(weight, x) + over_channels(bias, x) : y;
}

}  // namespace gradpath::nn
