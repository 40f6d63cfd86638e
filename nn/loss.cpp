// Both are means, so that the size of a step does not depend on the size of the batch. Broadcasting is refused in the
// squared error: [rows] against [rows, 1] would silently compare every row with every other.
#include <gradpath/nn/loss.hpp>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::nn {

Tensor mean_cross_entropy(const Tensor& logits, const Indices& labels) { return mean(cross_entropy(logits, labels)); }

Tensor mean_squared_error(const Tensor& y, const Tensor& target) {
    require<ShapeError>(y.shape() == target.shape(), "mean_squared_error: shapes must be equal: y has ", y.shape(),
                        ", the target ", target.shape(), "; reshape one of them");
    return mean(square(y - target));
}

}  // namespace gradpath::nn
