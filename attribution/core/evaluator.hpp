#pragma once
// The evaluator under all methods: runs the explained function and its gradient on any number of rows within a byte
// budget, chunk by chunk, in a fixed order, so that neither the budget nor the threads change a bit of what is summed.
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gradpath/attribution/core/chunks.hpp>
#include <gradpath/attribution/core/model.hpp>
#include <gradpath/attribution/core/objective.hpp>
#include <gradpath/attribution/core/scratch.hpp>

namespace gradpath::attribution {

/// What a first look at a model told: two rows together against each alone, value and gradient, and their bytes.
struct ModelFacts {
    bool independent = true;      ///< do rows not depend on each other, nor on how many there are?
    std::size_t fixed_bytes = 0;  ///< of one evaluation with gradient, whatever the number of rows
    std::size_t bytes_per_row = 0;
    Index rows_within(std::size_t budget) const;  ///< that fit, at least one; one for a mixing model
};
/// Looks at the objective at the first and the last row of x (at the first and one near it where they are equal), on
/// one thread, so that the answer is always the same. Runs more than two rows at once only where they fit `memory`
/// bytes.
ModelFacts examine(const Objective& objective, const Tensor& x, std::size_t memory);

/// Points to evaluate: a tensor [count, input shape] and, for each, the row of the input it belongs to.
struct Points {
    Tensor at;
    std::vector<Index> rows;
};

class Evaluator {
public:
    /// Looks at the model unless run.facts says what it is like, and evaluates the input: f_input, and the target
    /// `predicted`. `method` begins the texts of errors. Throws ShapeError or ValueError where model, target or stage
    /// do not fit. x needs a leading row axis, at least one row and at least one feature.
    Evaluator(std::string method, Model model, const Tensor& x, const Target& target, const OutputStage& stage,
              const Run& run);

    const std::string& method() const { return method_; }
    const Tensor& input() const { return x_; }
    Index rows() const { return x_.rows(); }
    Index features() const { return x_.size() / x_.rows(); }  ///< numbers in a row of the input
    Index targets() const { return objective_.targets(); }
    const Objective& objective() const { return objective_; }
    const std::vector<double>& f_input() const { return f_input_; }  ///< [rows · targets]
    const std::shared_ptr<const ModelFacts>& facts() const { return run_.facts; }
    /// The target with `predicted` decided: for calling a method again at other points.
    Target fixed_target() const;
    const Evaluations& evaluations() const { return evaluations_; }

    /// The explained numbers at x, which is shaped like the input: [rows · targets].
    std::vector<double> values(const Tensor& x, std::string_view stage);

    /// Makes the points first .. last-1; called once per chunk, in order, for all that run at once before any is taken.
    using Make = std::function<Points(Index first, Index last)>;
    /// Gets point k and the explained numbers there, [targets]; called in order of k.
    using TakeValues = std::function<void(Index k, std::span<const double> values)>;
    /// Evaluates `count` points without gradients.
    void values(Index count, const Make& make, const TakeValues& take);

    /// Gets point k, the explained numbers [targets] and their gradients [targets · features]; called in order of k.
    using Take = std::function<void(Index k, std::span<const double> values, std::span<const double> gradients)>;
    /// Evaluates `count` points with gradients. done and total are what progress is told, before these points.
    void gradients(Index count, const Make& make, const Take& take, std::string_view stage, Index done, Index total);
    /// The points first .. last-1 together; per target, the explained numbers [points] and gradients [points, input
    /// shape].
    struct Chunk {
        Index first, last;
        const std::vector<Tensor>&scores, &gradients;
    };
    using TakeChunk = std::function<void(const Chunk& chunk)>;
    /// The same for a method that takes the points of a chunk at once; chunks come in order.
    void gradients(Index count, const Make& make, const TakeChunk& take, std::string_view stage, Index done,
                   Index total);
    /// The same with other slopes in the raw outputs than the objective's: per target, [count, outputs].
    void pullbacks(Index count, const Make& make, const std::vector<Tensor>& slopes, const Take& take);

    /// For work of a method's own: throws Cancelled where the caller asks for it, and counts rows of a forward pass.
    void begin_chunk(Index forward_rows);
    void progress(std::string_view stage, Index done, Index total) const { tell(stage, done, total); }
    void count_backward(Index rows) { evaluations_.backward += rows; }
    void tell(std::string_view stage, Index done, Index total) const;  ///< tells the caller's progress
    Index chunk() const { return chunk_; }                             ///< rows that one chunk may hold
    /// `count` points in chunks of at most `most`: several at once where the caller allows it and it pays.
    Chunks cut(Index count, Index most) const;

private:
    using Scores = std::function<std::vector<Tensor>(const Tensor& output, Index first, std::span<const Index> rows)>;
    struct Telling {
        std::string_view stage;
        Index done, total;
    };
    void run_chunks(Index count, const Make& make, const Scores& scores, const TakeChunk& take, const Telling& telling);
    TakeChunk point_by_point(const Take& take) const;
    void before_chunk() const;
    std::vector<double> forward(const Tensor& x, std::string_view stage, bool resolve);
    /// Appends the explained numbers of input rows first, first+1, .. from their raw outputs.
    void take_outputs(Index first, const Tensor& output, std::string_view stage, std::vector<double>& numbers);

    std::string method_;
    Tensor x_;
    Target target_;
    Tensor first_output_;  // of the first row alone, until f_input_ is known
    Objective objective_;
    Run run_;
    Index chunk_ = 1;
    std::vector<double> f_input_;
    Evaluations evaluations_;
};

}  // namespace gradpath::attribution
