#include <gradpath/nn/residual.hpp>

#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

Tensor Residual::operator()(const Tensor& x) const {
    const Tensor y = named("body", body, x);
    const Tensor around = shortcut ? named("shortcut", *shortcut, x) : x;
    require<ShapeError>(y.shape() == around.shape(), "residual: both sides must have one shape: the body gives ",
                        y.shape(), ", around it comes ", around.shape(),
                        shortcut ? "" : "; give a shortcut that projects the input");
    return y + around;
}

}  // namespace gradpath::nn
