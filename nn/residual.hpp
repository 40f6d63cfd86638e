#pragma once
// A layer plus its input (He et al. 2016, eq. 1 and 2).
#include <optional>

#include <gradpath/nn/layer.hpp>

namespace gradpath::nn {

/// body(x) + x, or body(x) + shortcut(x) where a projection must change the shape. Their places are "body" and
/// "shortcut".
struct Residual {
    Layer body;
    std::optional<Layer> shortcut;

    explicit Residual(Layer body_in, std::optional<Layer> shortcut_in = {})
        : body(std::move(body_in)), shortcut(std::move(shortcut_in)) {}
    /// Throws ShapeError unless both sides have one shape: no broadcasting.
    Tensor operator()(const Tensor& x) const;
    static void visit(auto& self, auto&& f) {
        f("body", self.body);
        if (self.shortcut) f("shortcut", *self.shortcut);
    }
};

}  // namespace gradpath::nn
