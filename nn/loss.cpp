// Each loss is a sentence of ops, so it has derivatives of any order. Where a logarithm may be infinite, what it is
// multiplied by 0 with is picked out rather than multiplied: 0 · ∞ would be NaN.
#include <gradpath/nn/loss.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath::nn {

namespace {

void require_equal_shapes(const char* loss, const Tensor& y, const Tensor& target) {
    require<ShapeError>(y.shape() == target.shape(), loss, ": shapes must be equal: y has ", y.shape(), ", the target ",
                        target.shape(), "; reshape one of them");
}

bool all_within(const Tensor& x, double low, double high) {
    return dispatch(x.dtype(), [&]<Real T>(T) {
        return std::ranges::all_of(x.data<T>(), [&](T v) { return v >= low && v <= high; });
    });
}

/// The weight of each row's label.
std::vector<double> row_weights(const Indices& labels, const std::vector<double>& class_weights) {
    std::vector<double> weights;
    for (const Index label : labels.data()) weights.push_back(class_weights[static_cast<std::size_t>(label)]);
    return weights;
}

void check(const Tensor& logits, const CrossEntropy& o) {
    require(o.smoothing >= 0 && o.smoothing < 1, "mean_cross_entropy: smoothing must lie in [0, 1): it is ",
            o.smoothing);
    const auto count = static_cast<Index>(o.class_weights.size());
    require<ShapeError>(count == 0 || (logits.rank() == 2 && logits.shape()[1] == count),
                        "mean_cross_entropy: class weights must be one per class, or none: there are ", count,
                        ", the logits have the shape ", logits.shape());
    for (const double weight : o.class_weights)
        require(std::isfinite(weight) && weight >= 0,
                "mean_cross_entropy: a class weight must be finite and not negative: it is ", weight);
}

}  // namespace

Tensor mean_cross_entropy(const Tensor& logits, const Indices& labels, const CrossEntropy& o) {
    check(logits, o);
    const Tensor losses = cross_entropy(logits, labels);
    if (o.smoothing == 0 && o.class_weights.empty()) return mean(losses);

    const Index classes = logits.shape()[1];
    std::vector<double> weights = o.class_weights;
    if (weights.empty()) weights.assign(static_cast<std::size_t>(classes), 1.0);
    const std::vector<double> of_rows = row_weights(labels, weights);
    const double total = std::accumulate(of_rows.begin(), of_rows.end(), 0.0);
    require(total > 0, "mean_cross_entropy: the class weights of the rows must not all be 0");
    const auto weighted = [&](const Tensor& x, const Shape& shape, const std::vector<double>& by) {
        const Tensor factors = Tensor(shape, by).to(x.dtype());
        return sum(where(factors, x, zeros_like(x)) * factors) / total;
    };
    const Tensor at_labels = weighted(losses, labels.shape(), of_rows);
    if (o.smoothing == 0) return at_labels;
    const Tensor everywhere = weighted(-log_softmax(logits), {classes}, weights) / static_cast<double>(classes);
    return at_labels * (1 - o.smoothing) + everywhere * o.smoothing;
}

Tensor binary_cross_entropy(const Tensor& logits, const Tensor& targets, const BinaryCrossEntropy& o) {
    require_equal_shapes("binary_cross_entropy", logits, targets);
    require(std::isfinite(o.positive_weight) && o.positive_weight > 0,
            "binary_cross_entropy: positive_weight must be finite and above 0: it is ", o.positive_weight);
    require(all_within(targets, 0, 1), "binary_cross_entropy: targets must lie in [0, 1]");
    return mean(o.positive_weight * targets * softplus(-logits) + (1 - targets) * softplus(logits));
}

Tensor mean_squared_error(const Tensor& y, const Tensor& target) {
    require_equal_shapes("mean_squared_error", y, target);
    return mean(square(y - target));
}

Tensor mean_absolute_error(const Tensor& y, const Tensor& target) {
    require_equal_shapes("mean_absolute_error", y, target);
    return mean(abs(y - target));
}

Tensor huber_loss(const Tensor& y, const Tensor& target, double delta) {
    require_equal_shapes("huber_loss", y, target);
    require(std::isfinite(delta) && delta > 0, "huber_loss: delta must be finite and above 0: it is ", delta);
    const Tensor error = abs(y - target), inner = minimum(error, delta);
    return mean(inner * (error - inner * 0.5));  // e²/2 up to delta, then delta (e - delta/2)
}

Tensor negative_log_likelihood(const Tensor& log_probabilities, const Indices& labels) {
    const Shape& shape = log_probabilities.shape();
    require<ShapeError>(shape.rank() == 2 && labels.shape() == Shape{shape[0]},
                        "negative_log_likelihood: log_probabilities must be [rows, classes] and labels [rows]: got ",
                        shape, " and ", labels.shape());
    std::vector<Index> places;
    for (Index row = 0; row < labels.size(); ++row) {
        require(labels[row] >= 0 && labels[row] < shape[1], "negative_log_likelihood: labels must lie in [0, ",
                shape[1], "): row ", row, " has ", labels[row]);
        places.push_back(row * shape[1] + labels[row]);
    }
    return -mean(gather(reshape(log_probabilities, {shape.size()}), {labels.shape(), places}));
}

Tensor kl_divergence(const Tensor& log_probabilities, const Tensor& probabilities) {
    require_equal_shapes("kl_divergence", log_probabilities, probabilities);
    const Shape& shape = probabilities.shape();
    require<ShapeError>(shape.rank() >= 1 && shape[0] > 0,
                        "kl_divergence: there must be at least one row: the shape is ", shape);
    require(all_within(probabilities, 0, HUGE_VAL), "kl_divergence: probabilities must not be negative");
    const Tensor present = greater(probabilities, 0.0);
    const Tensor p = where(present, probabilities, ones_like(probabilities));
    const Tensor q = where(present, log_probabilities, zeros_like(probabilities));
    return sum(where(present, p * (log(p) - q), zeros_like(p))) / static_cast<double>(shape[0]);
}

}  // namespace gradpath::nn
