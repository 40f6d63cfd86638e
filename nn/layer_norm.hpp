#pragma once
// Layer normalisation (Ba, Kiros & Hinton 2016): the numbers of a row to mean 0 and variance 1, then scaled and
// shifted.
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::nn {

struct NormOptions {
    double epsilon = 1e-5;  ///< added to the variance
    bool affine = true;     ///< learn scales and shifts
    DType dtype = DType::float32;
};

/// [rows, .., shape] → the same shape; mean and variance are taken over the last axes, those of `shape`:
/// LayerNorm({64}) over 64 features. Weight ones and bias zeros of that shape at first.
struct LayerNorm {
    Shape shape;
    Tensor weight, bias;
    double epsilon;

    /// Throws ShapeError for a shape without axes or numbers, ValueError unless epsilon is at least 0.
    explicit LayerNorm(const Shape& shape_in, const NormOptions& options = {});
    /// Throws ShapeError unless x is rows that end in `shape`.
    Tensor operator()(const Tensor& x) const;
    static void visit(auto& self, auto&& f) {
        f("weight", self.weight);
        f("bias", self.bias);
    }
};

}  // namespace gradpath::nn
