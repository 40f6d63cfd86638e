// Reverse mode. Cotangents live beside the nodes of the reach, so two sweeps over one graph may run at once; recording
// is off during a sweep unless the caller wants to differentiate the result.
#include <gradpath/autodiff/grad.hpp>

#include <optional>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/reach.hpp>

namespace gradpath {

NoRecording::NoRecording() : before_(context().recording) { context().recording = false; }
NoRecording::~NoRecording() { context().recording = before_; }

Recording::Recording() : before_(context().recording) { context().recording = true; }
Recording::~Recording() { context().recording = before_; }

Anomaly::Anomaly() : before_(context().anomaly) {
    context().anomaly = true;
    context().refresh();
}
Anomaly::~Anomaly() {
    context().anomaly = before_;
    context().refresh();
}

std::vector<Tensor> pullback(std::span<const Tensor> ys, std::span<const Tensor> gs, std::span<const Tensor> xs,
                             const GradOptions& options) {
    require(ys.size() == gs.size(), "pullback: one cotangent per output is needed: ", ys.size(), " outputs, ",
            gs.size(), " cotangents");
    for (std::size_t i = 0; i < ys.size(); ++i) {
        require<ShapeError>(ys[i].shape() == gs[i].shape(),
                            "pullback: a cotangent must be shaped like its output: ", gs[i].shape(), " for ",
                            ys[i].shape());
        require<DTypeError>(ys[i].dtype() == gs[i].dtype(),
                            "pullback: a cotangent must have its output's dtype: ", gs[i].dtype(), " for ",
                            ys[i].dtype());
    }
    for (std::size_t i = 0; i < xs.size(); ++i)
        require(xs[i].is_tracked(), "grad: input ", i,
                " is not tracked; make it a leaf with tracked() before computing with it");

    std::optional<NoRecording> off;
    if (!options.differentiable) off.emplace();
    Reach reach(ys, xs);
    for (std::size_t i = 0; i < ys.size(); ++i) reach.add(ys[i], gs[i]);
    sweep_back(reach, xs);
    std::vector<Tensor> slopes;
    for (const Tensor& x : xs) {
        const Tensor* slope = reach.slot(x);
        slopes.push_back(slope && *slope ? *slope : zeros_like(x));
    }
    return slopes;
}

std::vector<Tensor> grad(const Tensor& y, std::span<const Tensor> xs, const GradOptions& options) {
    require<ShapeError>(y.size() == 1, "grad: the output must be one number but has shape ", y.shape(),
                        "; sum it, or use jacobian()");
    const Tensor one = ones_like(y);
    return pullback(std::span(&y, 1), std::span(&one, 1), xs, options);
}

Tensor grad(const Tensor& y, const Tensor& x, const GradOptions& options) {
    return grad(y, std::span(&x, 1), options)[0];
}

}  // namespace gradpath
