#pragma once
// y = x Wᵀ + b: the dense layer.
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/nn/init.hpp>

namespace gradpath::nn {

struct LinearOptions {
    bool bias = true;
    Init init = {};
};

/// [rows, inputs] → [rows, outputs]; axes between are kept. Weight [outputs, inputs]; bias [outputs], zeros at first.
struct Linear {
    Tensor weight, bias;

    /// Throws ShapeError for sizes below 1.
    Linear(Index inputs, Index outputs, const LinearOptions& options = {});
    /// Throws ShapeError unless the last axis of x holds the inputs.
    Tensor operator()(const Tensor& x) const;
    /// relu of that, in one pass.
    Tensor rectified(const Tensor& x) const;
    static void visit(auto& self, auto&& f) {
        f("weight", self.weight);
        f("bias", self.bias);
    }
};

}  // namespace gradpath::nn
