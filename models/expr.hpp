#pragma once
// expr: a formula that a person types, such as (x1+x2)^3, as a differentiable function of rows.
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/op_code.hpp>
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::models {

/// A formula of x1, x2, ..., ready to run: a list of steps, each using earlier ones only.
struct Formula {
    struct Step {
        enum class Kind { number, input, apply };
        Kind kind = Kind::number;
        double number = 0;           ///< of a number
        Index input = 0;             ///< of an input: 0 for x1
        OpCode code = OpCode::leaf;  ///< of an apply: what is done to steps a and b
        Index a = -1, b = -1;        ///< b is -1 for an op of one argument
    };

    std::string text;   ///< as typed
    Index inputs = 0;   ///< columns of x
    Index outputs = 0;  ///< columns of the result
    std::vector<Step> steps;
    std::vector<Index> results;  ///< the step that holds each output

    /// [rows, inputs] → [rows, outputs] by ops: both dtypes, derivatives of any order. Throws ShapeError for other
    /// shapes.
    Tensor operator()(const Tensor& x) const;
};

/// Reads + - * / ^, exp log sqrt sin cos tanh sigmoid softplus relu abs min max and parentheses; a comma outside of
/// parentheses separates outputs. Unary minus binds weaker than ^, which is right-associative; integer powers of
/// negative numbers are exact. `inputs` is the number of columns; 0 means the highest index in the formula.
/// Throws ValueError with the position of what could not be read, or where an index exceeds `inputs`.
Formula parse_formula(std::string_view text, Index inputs = 0);

}  // namespace gradpath::models
