#pragma once
// The names of all ops, as an enumeration: tables of rules are keyed by it.
#include <cstdint>

namespace gradpath {

enum class OpCode : std::uint16_t {
    leaf,  // a tensor nobody computed
    // one number in, one out: in the order of UnaryOps (ops/unary.hpp)
    neg,
    abs,
    sign,
    sqrt,
    square,
    exp,
    log,
    tanh,
    sigmoid,
    relu,
    softplus,
    gelu,
    erf,
    sin,
    cos,
    // two in, one out, with broadcasting: in the order of BinaryOps (ops/binary.hpp)
    add,
    sub,
    mul,
    div,
    pow,
    maximum,
    minimum,
    greater,
    greater_equal,
    equal,
    relu_vjp,
    where,
    sum,
    max,
    logsumexp,
    sum_to,
    reshape,
    permute,
    broadcast_to,
    concat,
    slice,
    pad,
    gather,
    scatter_add,
    matmul,
    conv2d,
    conv2d_input_vjp,
    conv2d_weight_vjp,
    max_pool2d,
    max_pool2d_vjp,
    max_pool2d_gather,
    avg_pool2d,
    avg_pool2d_vjp,
    softmax,
    softmax_vjp,
    log_softmax,
    cross_entropy,
    cast,
    tap,
    checkpoint,
    custom,
};

}  // namespace gradpath
