// Losses over classes: axis 1 of [rows, classes, ..], with weights of classes and a label that does not count.
#include <numeric>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

struct Labels {
    Indices positions;            // [rows, 1, ..], 0 where the label does not count
    std::vector<double> weights;  // 0 there
};

Labels labels_of(const Call& call, const Shape& x) {
    const Value& labels = call.input(1);
    require<ShapeError>(x.rank() >= 2 && labels.shape() == x.slice(0, 1).joined(x.slice(2, x.rank())),
                        "there must be one label per row: ", labels.shape(), " for ", x);
    std::vector<double> of_class(static_cast<std::size_t>(x[1]), 1);
    if (call.given(2)) of_class = numbers(call.real(2));
    require<ShapeError>(static_cast<Index>(of_class.size()) == x[1], "there must be one weight per class");
    std::vector<Index> positions;
    Labels result;
    for (const Index label : labels.whole().data()) {
        const bool counts = !call.has("ignore_index") || label != call.integer("ignore_index");
        require(!counts || (label >= 0 && label < x[1]), "a label must be one of ", x[1], " classes: it is ", label);
        positions.push_back(counts ? label : 0);
        result.weights.push_back(counts ? of_class[static_cast<std::size_t>(label)] : 0);
    }
    result.positions = Indices(x.with(1, 1), positions);
    return result;
}

// -w log p of each label, and of those the mean by weight, the sum, or all.
Tensor loss_of(const Call& call, const Tensor& log_p) {
    const Labels labels = labels_of(call, log_p.shape());
    const Tensor weights = Tensor(call.input(1).shape(), std::span<const double>(labels.weights)).to(log_p.dtype());
    const Tensor losses = -reshape(take_along_axis(log_p, labels.positions, 1), weights.shape()) * weights;
    const std::string reduction = call.word("reduction", "mean");
    require(reduction == "none" || reduction == "sum" || reduction == "mean",
            "reduction must be none, sum or mean: it is ", reduction);
    if (reduction == "none") return losses;
    const Tensor total = sum(losses);
    return reduction == "sum" ? total : total / std::accumulate(labels.weights.begin(), labels.weights.end(), 0.0);
}

}  // namespace

Answer negative_log_likelihood(const Call& call) { return {loss_of(call, call.real(0))}; }

Answer softmax_cross_entropy(const Call& call) {
    const Tensor& x = call.real(0);
    require<ShapeError>(x.rank() >= 2, "classes are axis 1: the scores are ", x.shape());
    const Shape &s = x.shape(), flat{s[0], s[1], s.slice(2, s.rank()).size()};
    const Tensor last = log_softmax(permute(reshape(x, flat), {0, 2, 1}));
    const Tensor log_p = reshape(permute(last, {0, 2, 1}), s);
    return {loss_of(call, log_p), log_p};
}

}  // namespace gradpath::models::onnx
