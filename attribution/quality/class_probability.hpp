#pragma once
// What a model still says of a class of each row, by default the one that it predicted, once the rows were changed.
#include <string>
#include <vector>

#include <gradpath/attribution/core/objective.hpp>

namespace gradpath::attribution::quality {

class ClassProbability {
public:
    /// Decides the class of each row of x. `method` begins the texts of errors; throws as Objective, and ValueError
    /// for all targets.
    ClassProbability(std::string method, const Model& model, const Tensor& x, const Target& target = Predicted{});

    /// Of rows like x, [rows]: log p of each row's class, by softmax of the outputs (of a single one by sigmoid).
    Tensor log_of(const Tensor& x) const;
    struct Answer {
        std::vector<double> probability;
        std::vector<double> kept;  ///< 1 where the class is the predicted one (of a single output, p >= 1/2)
    };
    /// The same, and whether that class is still the predicted one. Throws ValueError for weights.
    Answer operator()(const Tensor& x) const;

private:
    std::string method_;
    Objective objective_;
    std::vector<Index> rows_;
};

}  // namespace gradpath::attribution::quality
