#pragma once
// Rules of an op that ends with relu, y = relu(op(x)), from those of the op. A mask by y is a mask by what relu saw.
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath {

template <Tensors (*vjp)(const VjpCall&)>
Tensors rectified_vjp(const VjpCall& call) {
    const Tensor g = relu_vjp(call.y(), call.g());
    return vjp({call.inputs, call.outputs, call.attributes, call.saved, std::span(&g, 1), call.wanted});
}

template <Tensors (*jvp)(const JvpCall&)>
Tensors rectified_jvp(const JvpCall& call) {
    return {relu_vjp(call.outputs[0], jvp(call)[0])};
}

}  // namespace gradpath
