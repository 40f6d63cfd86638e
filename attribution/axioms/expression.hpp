#pragma once
// Functions that can be both run and printed. A generator composes them; a counter-example prints them, in the language
// of `gradpath explain 'expr:..'`.
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gradpath/autodiff/op_code.hpp>
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution::axioms {

using Point = std::vector<double>;

/// A formula in x1, x2, .. of operators, functions and numbers; a cheap handle.
class Expression {
public:
    Expression(double number);
    /// x1 for 0.
    static Expression variable(Index k);
    /// An op of one or two arguments; `text` is its name as a function, or an operator such as "+".
    static Expression apply(OpCode code, const std::string& text, const Expression& a);
    static Expression apply(OpCode code, const std::string& text, const Expression& a, const Expression& b);

    /// [rows, features] → [rows], rows by themselves. Throws ShapeError for fewer features than it names.
    Tensor operator()(const Tensor& x) const;
    double at(const Point& x) const;
    /// The function with other functions in place of its variables.
    Expression of(std::span<const Expression> inputs) const;
    /// What models::parse_formula reads.
    const std::string& text() const;

private:
    enum class Strength { sum, product, atom };  // what binds weakest in the text
    struct Node;
    explicit Expression(Node node);
    std::string operand(bool leads, Strength least) const;

    std::shared_ptr<const Node> node_;
};

Expression operator+(const Expression& a, const Expression& b);
Expression operator-(const Expression& a, const Expression& b);
Expression operator*(const Expression& a, const Expression& b);
Expression power(const Expression& base, int exponent);  ///< from 1 on
Expression relu(const Expression& u);
Expression softplus(const Expression& u);
Expression tanh(const Expression& u);
Expression sqrt(const Expression& u);
Expression minimum(const Expression& a, const Expression& b);
Expression maximum(const Expression& a, const Expression& b);

/// Σ wᵢ uᵢ + b, without the terms that are 0.
Expression affine(std::span<const double> weights, std::span<const Expression> u, double b);
/// x1, .., xn.
std::vector<Expression> variables(std::size_t n);

/// "1,-0.5": as the program reads points.
std::string text_of(const Point& x);

}  // namespace gradpath::attribution::axioms
