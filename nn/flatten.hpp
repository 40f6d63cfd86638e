#pragma once
// From images to rows of numbers.
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

/// [rows, ..] → [rows, everything else].
struct Flatten {
    Tensor operator()(const Tensor& x) const { return gradpath::flatten(x); }
};

}  // namespace gradpath::nn
