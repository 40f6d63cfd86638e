#pragma once
// Group normalisation (Wu & He 2018): groups of channels of a row to mean 0 and variance 1, then scaled and shifted.
#include <gradpath/autodiff/tensor.hpp>
#include <gradpath/nn/layer_norm.hpp>

namespace gradpath::nn {

/// [rows, channels, ..] → the same shape; mean and variance are taken over the numbers of a row in one of `groups`
/// equal groups of adjacent channels. Weight ones, bias zeros [channels] at first.
struct GroupNorm {
    Index groups, channels;
    Tensor weight, bias;
    double epsilon;

    /// Throws ShapeError unless groups divide the channels, ValueError unless epsilon is at least 0.
    GroupNorm(Index groups_in, Index channels_in, const NormOptions& options = {});
    /// Throws ShapeError unless x is [rows, channels, ..].
    Tensor operator()(const Tensor& x) const;
    static void visit(auto& self, auto&& f) {
        f("weight", self.weight);
        f("bias", self.bias);
    }
};

}  // namespace gradpath::nn
