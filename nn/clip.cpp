// The norm is taken of float64 copies, as the square of a float32 gradient of 1e20 is none.
#include <gradpath/nn/clip.hpp>

#include <cmath>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

void check(const Clip& clip) {
    require(std::isfinite(clip.value) && clip.value >= 0, "clip: value must be finite and not negative: it is ",
            clip.value);
    require(std::isfinite(clip.norm) && clip.norm >= 0, "clip: norm must be finite and not negative: it is ",
            clip.norm);
}

double global_norm(const std::vector<Tensor>& gradients) {
    const NoRecording plain;
    double squares = 0;
    for (const Tensor& g : gradients) squares += sum(square(g.to(DType::float64))).item();
    return std::sqrt(squares);
}

std::vector<Tensor> clipped(std::vector<Tensor> gradients, const Clip& clip) {
    check(clip);
    const NoRecording plain;
    if (clip.value > 0)
        for (Tensor& g : gradients) g = minimum(maximum(g, -clip.value), clip.value);
    if (clip.norm == 0) return gradients;
    const double norm = global_norm(gradients);
    require<NumericError>(std::isfinite(norm), "clip: the norm of the gradient must be finite: it is ", norm);
    if (norm > clip.norm)
        for (Tensor& g : gradients) g = g * (clip.norm / norm);
    return gradients;
}

}  // namespace gradpath::nn
