#pragma once
// A table of learned vectors, looked up by position.
#include <gradpath/nn/init.hpp>

namespace gradpath::nn {

struct EmbeddingOptions {
    Init init = {.scheme = Normal{}};
};

/// positions [..] → [.., width]. Weight [count, width], at first from the normal distribution.
struct Embedding {
    Tensor weight;

    /// Throws ShapeError for sizes below 1.
    Embedding(Index count, Index width, const EmbeddingOptions& options = {});
    /// Throws ValueError for a position outside [0, count).
    Tensor operator()(const Indices& positions) const;
    /// The same for a tensor of whole numbers, so that it can stand first in a Sequential; no derivative flows to x.
    /// Throws ValueError for a number that is not whole.
    Tensor operator()(const Tensor& x) const;
    static void visit(auto& self, auto&& f) { f("weight", self.weight); }
};

}  // namespace gradpath::nn
