#pragma once
// Objective: model, target and output stage together are the function that is explained, one number per row and target.
#include <span>
#include <string>
#include <vector>

#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

class Objective {
public:
    /// For an input of `rows` rows. `first_output` is the model's raw output at the first row: it tells the number of
    /// outputs, against which target and stage are checked. Throws ShapeError or ValueError that begins with `method`.
    Objective(std::string method, Model model, const Target& target, const OutputStage& stage, Index rows,
              const Tensor& first_output);

    Index targets() const;  ///< numbers per row: 1, or the number of outputs with all targets
    Index outputs() const { return outputs_; }
    const OutputStage& stage() const { return stage_; }
    const Model& model() const { return model_; }

    /// The raw output of the model as [rows, outputs]. Throws ShapeError unless it has a row for each row of x.
    Tensor run(const Tensor& x) const;
    /// Decides `predicted` for input rows first, first+1, .. from their raw outputs.
    void resolve(Index first, const Tensor& output);
    /// One tensor [rows] per target; row k of the raw output belongs to input row rows[k].
    std::vector<Tensor> scores(const Tensor& output, std::span<const Index> rows) const;

    /// The explained index of each input row; 0, 1, .. with all targets; empty for weights and functions.
    const std::vector<Index>& indices() const { return indices_; }
    bool all_targets() const;
    /// Are the explained numbers linear in the raw output?
    bool is_linear() const;

private:
    void check_target();

    std::string method_;
    Model model_;
    Target target_;
    OutputStage stage_;
    Index rows_, outputs_;
    std::vector<Index> indices_;
    Tensor weights_;  // [1 or rows, outputs]
};

}  // namespace gradpath::attribution
