#include <gradpath/attribution/quality/controls.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution::quality {
namespace {

/// The first and last slice of an axis once more, before and after.
Tensor with_edges(const Tensor& x, Index axis) {
    const Index length = x.shape()[axis];
    return concat({slice(x, axis, 0, 1), x, slice(x, axis, length - 1, length)}, axis);
}

}  // namespace

Tensor constant_control(const Tensor& x) { return ones_like(x); }

Tensor random_control(const Tensor& x, std::uint64_t seed) {
    return random::normal(x.shape(), {.seed = seed, .dtype = x.dtype()});
}

Tensor edge_control(const Tensor& x) {
    require<ShapeError>(x.rank() >= 3 && x.size() > 0, "edge_control: needs rows with two axes but the shape is ",
                        x.shape());
    const NoRecording plain;
    const Index height = x.shape()[-2], width = x.shape()[-1];
    const Tensor planes = reshape(detached(x), {x.size() / (height * width), 1, height, width});
    const Tensor padded = with_edges(with_edges(planes, 2), 3);
    const Tensor across({1, 1, 3, 3}, {-1, 0, 1, -2, 0, 2, -1, 0, 1}, x.dtype());
    return reshape(sqrt(square(conv2d(padded, across)) + square(conv2d(padded, transpose(across)))), x.shape());
}

}  // namespace gradpath::attribution::quality
