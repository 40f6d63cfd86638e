#pragma once
// Reverse mode. grad(y, {x, w}) is a function: no .grad, no backward(), no tape. Sweeps are loops, so any depth works.
#include <array>
#include <span>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath {

struct GradOptions {
    bool differentiable = false;  ///< keep the graph of the gradient itself, for higher order
};

/// dy/dx for each x; y must be one number. An x that y does not depend on gets zeros. Only paths that lead to the
/// xs are differentiated. Throws ShapeError if y is not one number, ValueError if an x is not tracked.
std::vector<Tensor> grad(const Tensor& y, std::span<const Tensor> xs, const GradOptions& options = {});
Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& options = {});
template <std::size_t N>
std::array<Tensor, N> grad(const Tensor& y, const Tensor (&xs)[N], const GradOptions& options = {}) {
    std::vector<Tensor> list = grad(y, std::span<const Tensor>(xs, N), options);
    std::array<Tensor, N> slopes;
    for (std::size_t i = 0; i < N; ++i) slopes[i] = std::move(list[i]);
    return slopes;
}
/// Cotangents pulled back: Σₖ (dyₖ/dx)ᵀ gₖ for each x. Throws ShapeError unless every g is shaped like its y.
std::vector<Tensor> pullback(std::span<const Tensor> ys, std::span<const Tensor> gs, std::span<const Tensor> xs,
                             const GradOptions& options = {});

/// While it lives, this thread records no graph.
class NoRecording {
public:
    NoRecording();
    ~NoRecording();
    NoRecording(const NoRecording&) = delete;
    NoRecording& operator=(const NoRecording&) = delete;

private:
    bool before_;
};

/// While it lives, this thread records graphs again, inside NoRecording too: for functions that need a graph of their
/// own.
class Recording {
public:
    Recording();
    ~Recording();
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

private:
    bool before_;
};

/// While it lives, every op on this thread is checked, forward and backward: the first NaN or Inf throws NumericError
/// with the op, the tap path and the row.
class Anomaly {
public:
    Anomaly();
    ~Anomaly();
    Anomaly(const Anomaly&) = delete;
    Anomaly& operator=(const Anomaly&) = delete;

private:
    bool before_;
};

}  // namespace gradpath
