// Sums over batches are kept in double and weighted by rows, so the size of the batches changes the loss by rounding
// only, and the counts not at all.
#include <gradpath/nn/evaluate.hpp>

#include <algorithm>
#include <limits>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/nn/loss.hpp>

namespace gradpath::nn {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

void require_classes(const Tensor& output, const Indices& labels) {
    require<ShapeError>(output.rank() == 2 && output.rows() == labels.size(),
                        "evaluate: with labels the model must return [rows, classes]: it returned ", output.shape(),
                        " for ", labels.size(), " rows");
}

/// Rows of class i answered as j, row-major.
class Confusion {
public:
    void add(const Tensor& output, const Indices& labels) {
        require_classes(output, labels);
        classes_ = output.shape()[1];
        counts_.resize(static_cast<std::size_t>(classes_ * classes_));
        const Indices answers = argmax(output);
        for (Index row = 0; row < labels.size(); ++row) {
            const Index label = labels[row];
            require(label >= 0 && label < classes_, "evaluate: a label must lie in 0 .. ", classes_ - 1, ": it is ",
                    label);
            ++counts_[static_cast<std::size_t>(label * classes_ + answers[row])];
        }
    }
    void report(Evaluation& result) const {
        Index right = 0;
        for (Index label = 0; label < classes_; ++label) {
            Index rows = 0;
            for (Index answer = 0; answer < classes_; ++answer) rows += at(label, answer);
            result.per_class.push_back(rows > 0 ? static_cast<double>(at(label, label)) / static_cast<double>(rows)
                                                : nan);
            right += at(label, label);
        }
        result.accuracy = static_cast<double>(right) / static_cast<double>(result.rows);
        result.confusion = {Shape{classes_, classes_}, counts_};
    }

private:
    Index at(Index label, Index answer) const { return counts_[static_cast<std::size_t>(label * classes_ + answer)]; }

    Index classes_ = 0;
    std::vector<Index> counts_;
};

}  // namespace

Tensor loss_of(const Loss& loss, const Tensor& output, const Examples& batch) {
    if (loss) return loss(output, batch);
    require(batch.has_labels() || batch.targets,
            "loss: examples need labels or targets: they have neither; give a loss");
    return batch.has_labels() ? mean_cross_entropy(output, batch.labels) : mean_squared_error(output, batch.targets);
}

Index count_correct(const Tensor& output, const Indices& labels) {
    require_classes(output, labels);
    const Indices answers = argmax(output);
    Index right = 0;
    for (Index row = 0; row < labels.size(); ++row) right += answers[row] == labels[row] ? 1 : 0;
    return right;
}

Evaluation evaluate(const Function& model, const Examples& examples, const Evaluate& options) {
    const NoRecording plain;
    Loader loader(examples, {.batch = options.batch, .shuffle = false, .prefetch = false});
    Evaluation result{.rows = examples.rows(), .accuracy = nan};
    Confusion confusion;
    for (Index batch = 0; batch < loader.batches(); ++batch) {
        require<Cancelled>(options.cancel == nullptr || !*options.cancel, "evaluate: cancelled");
        const Examples part = loader.next();
        const Tensor output = model(part.x);
        result.loss += loss_of(options.loss, output, part).item() * static_cast<double>(part.rows());
        if (part.has_labels()) confusion.add(output, part.labels);
    }
    result.loss /= static_cast<double>(result.rows);
    if (examples.has_labels()) confusion.report(result);
    return result;
}

}  // namespace gradpath::nn
