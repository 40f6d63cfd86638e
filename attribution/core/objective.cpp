// One output of a row is picked by a mask (or, where all rows explain the same one, by its place), never by arithmetic
// with the others, so an infinite neighbour does no harm.
// Stages are computed stably from the logits z: probability softmax(z)ₖ, log-probability zₖ - log Σⱼ eᶻʲ, log-odds
// zₖ - log Σ_{j≠k} eᶻʲ (which is log p/(1-p)); for a single logit the sigmoid, -softplus(-z), and z itself.
#include <gradpath/attribution/core/objective.hpp>

#include <algorithm>
#include <functional>
#include <numeric>

#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

Tensor column(const Tensor& z, Index k) { return reshape(slice(z, 1, k, k + 1), {z.rows()}); }

Tensor pick(const Tensor& z, const Tensor& mask) {
    return sum(where(mask, z, zeros({1, 1}, z.dtype())), {.axes = {1}});
}

/// The stage of one output per row, [rows, outputs] → [rows]; mask is 1 at that output.
Tensor log_odds(const Tensor& z, const Tensor& mask) {
    const Tensor nothing = full({1, 1}, -1e30, z.dtype());  // e to this is 0, and its slope is finite
    return pick(z, mask) - logsumexp(where(mask, nothing, z), {.axes = {1}});
}

/// The stage of every output, [rows, outputs]; not log-odds of several.
Tensor staged(const Tensor& z, Stage stage) {
    const bool single = z.shape()[1] == 1;
    if (stage == Stage::probability) return single ? sigmoid(z) : softmax(z);
    if (stage == Stage::log_probability) return single ? -softplus(-z) : log_softmax(z);
    return z;
}

/// The stage of every output, a column [rows] each.
std::vector<Tensor> columns(const Tensor& z, Stage stage) {
    std::vector<Tensor> all;
    const Index outputs = z.shape()[1];
    const bool odds = stage == Stage::log_odds && outputs > 1;
    const Tensor s = odds ? z : staged(z, stage);
    for (Index k = 0; k < outputs; ++k)
        all.push_back(odds ? log_odds(z, one_hot(Indices({k}), outputs, z.dtype())) : column(s, k));
    return all;
}

std::vector<Index> repeated(Index value, Index count) {
    return std::vector<Index>(static_cast<std::size_t>(count), value);
}

Indices as_indices(const std::vector<Index>& values) { return Indices({static_cast<Index>(values.size())}, values); }

}  // namespace

Objective::Objective(std::string method, Model model, const Target& target, const OutputStage& stage, Index rows,
                     const Tensor& first_output)
    : method_(std::move(method)), model_(std::move(model)), target_(target), stage_(stage), rows_(rows) {
    require<ShapeError>(first_output && (first_output.rank() == 1 || first_output.rank() == 2), method_,
                        ": model must return [rows] or [rows, outputs] but returned ",
                        first_output ? text("shape ", first_output.shape()) : "no tensor",
                        "; flatten or pool the output first");
    outputs_ = first_output.rank() == 1 ? 1 : first_output.shape()[1];
    require<ShapeError>(outputs_ > 0, method_, ": model returned no outputs: its shape is ", first_output.shape());
    check_target();
    resolve(0, reshape(first_output, {first_output.rows(), outputs_}));
}

void Objective::check_target() {
    const auto in_range = [&](const char* what, Index index) {
        require(index >= 0 && index < outputs_, method_, ": ", what, " must lie in [0, ", outputs_, ") but is ", index);
    };
    if (stage_.kind == Stage::margin) {
        in_range("margin", stage_.first);
        in_range("margin", stage_.second);
        require(stage_.first != stage_.second, method_, ": margin needs two different outputs but got ", stage_.first,
                " twice");
        require(std::holds_alternative<Predicted>(target_), method_,
                ": margin names its outputs itself but the target is ", describe(target_), "; leave the target out");
        indices_ = repeated(stage_.first, rows_);
    } else if (std::holds_alternative<Predicted>(target_)) {
        indices_ = repeated(0, rows_);
    } else if (const auto* index = std::get_if<Index>(&target_)) {
        in_range("target", *index);
        indices_ = repeated(*index, rows_);
    } else if (const auto* list = std::get_if<std::vector<Index>>(&target_)) {
        require<ShapeError>(list->size() == static_cast<std::size_t>(rows_), method_, ": target names ", list->size(),
                            " outputs but the input has ", rows_, " rows; give one index per row, or one for all");
        for (const Index row_target : *list) in_range("target", row_target);
        indices_ = *list;
    } else if (all_targets()) {
        indices_.resize(static_cast<std::size_t>(outputs_));
        std::iota(indices_.begin(), indices_.end(), Index{0});
    } else if (const auto* weights = std::get_if<Weights>(&target_)) {
        const Tensor& w = weights->values;
        const bool shared = w && (w.shape() == Shape{outputs_} || w.shape() == Shape{1, outputs_});
        require<ShapeError>(shared || (w && w.shape() == Shape{rows_, outputs_}), method_, ": weights must have shape ",
                            Shape{outputs_}, " or ", Shape{rows_, outputs_}, " but have ",
                            w ? to_text(w.shape()) : std::string("none"));
        weights_ = shared ? reshape(w, {1, outputs_}) : w;
    } else {
        require(static_cast<bool>(std::get<OutputFunction>(target_)), method_, ": the target function is empty");
        require(stage_.kind == Stage::logit, method_, ": a target function sees the raw output but the stage is ",
                describe(stage_), "; leave the stage at logit and apply it in the function");
    }
}

bool Objective::all_targets() const { return std::holds_alternative<AllTargets>(target_); }

bool Objective::is_linear() const {
    return stage_.kind == Stage::margin ||
           (stage_.kind == Stage::logit && !std::holds_alternative<OutputFunction>(target_));
}

Index Objective::targets() const { return all_targets() ? outputs_ : 1; }

Tensor Objective::run(const Tensor& x) const {
    const Tensor output = model_(x);
    const Shape wanted{x.rows(), outputs_};
    const bool flat = output && outputs_ == 1 && output.shape() == Shape{x.rows()};
    require<ShapeError>(flat || (output && output.shape() == wanted), method_, ": model must return shape ", wanted,
                        " for ", x.rows(), " rows but returned ",
                        output ? to_text(output.shape()) : std::string("nothing"));
    return flat ? reshape(output, wanted) : output;
}

void Objective::resolve(Index first, const Tensor& output) {
    if (!std::holds_alternative<Predicted>(target_) || stage_.kind == Stage::margin) return;
    const Indices largest = argmax(output, 1);
    for (Index k = 0; k < largest.size(); ++k) indices_[static_cast<std::size_t>(first + k)] = largest[k];
}

std::vector<Tensor> Objective::scores(const Tensor& output, std::span<const Index> rows) const {
    const auto count = static_cast<Index>(rows.size());
    if (stage_.kind == Stage::margin) return {column(output, stage_.first) - column(output, stage_.second)};
    if (const auto* function = std::get_if<OutputFunction>(&target_)) {
        const Tensor score = (*function)(output);
        require<ShapeError>(score && score.size() == count && score.rows() == count, method_,
                            ": the target function must return one number for each of ", count, " rows but returned ",
                            score ? text("shape ", score.shape()) : "no tensor");
        return {reshape(score, {count})};
    }
    if (all_targets()) return columns(output, stage_.kind);
    if (weights_) {
        const std::vector<Tensor> all = columns(output, stage_.kind);
        const std::vector<Index> ids(rows.begin(), rows.end());
        const Tensor w = weights_.rows() == 1 ? weights_ : gather(weights_, as_indices(ids));
        Tensor total;
        for (Index k = 0; k < outputs_; ++k) {
            const Tensor term = all[static_cast<std::size_t>(k)] * column(w, k);
            total = total ? total + term : term;
        }
        return {total};
    }
    if (outputs_ == 1) return {column(staged(output, stage_.kind), 0)};
    std::vector<Index> chosen;
    for (const Index row : rows) chosen.push_back(indices_[static_cast<std::size_t>(row)]);
    const bool alike = std::adjacent_find(chosen.begin(), chosen.end(), std::not_equal_to<>()) == chosen.end();
    if (alike && stage_.kind != Stage::log_odds && count > 0) return {column(staged(output, stage_.kind), chosen[0])};
    const Tensor mask = one_hot(as_indices(chosen), outputs_, output.dtype());
    if (stage_.kind == Stage::log_odds) return {log_odds(output, mask)};
    return {pick(staged(output, stage_.kind), mask)};
}

}  // namespace gradpath::attribution
