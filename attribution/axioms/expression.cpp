// Text and function are made together, so neither can say what the other does not. A text that begins with a minus is
// the negation of the rest; a sum takes it over ("x1-2*x2"), everything else puts it in parentheses.
#include <gradpath/attribution/axioms/expression.hpp>

#include <optional>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::axioms {

using Columns = std::span<const Tensor>;

struct Expression::Node {
    std::string text;
    Strength strength = Strength::atom;
    std::optional<double> number = {};
    std::function<Tensor(Columns)> run = {};                                      ///< of all but numbers
    std::function<Expression(std::span<const Expression> inputs)> replaced = {};  ///< likewise
};

Expression::Expression(Node node) : node_(std::make_shared<const Node>(std::move(node))) {}
Expression::Expression(double number) : Expression(Node{.text = to_text(number), .number = number}) {}

Expression Expression::variable(Index k) {
    const auto place = static_cast<std::size_t>(k);
    const auto check = [k, place](std::size_t count) {
        require<ShapeError>(place < count, "expression: it names x", k + 1, " but there are ", count, " features");
    };
    return Expression(Node{.text = gradpath::text("x", k + 1),
                           .run = [=](Columns columns) { return check(columns.size()), columns[place]; },
                           .replaced = [=](auto inputs) { return check(inputs.size()), inputs[place]; }});
}

Expression Expression::apply(OpCode code, const std::string& name, const Expression& a) {
    return Expression(Node{.text = name + "(" + a.text() + ")",
                           .run = [=](Columns columns) { return elementwise(code, a.node_->run(columns)); },
                           .replaced = [=](auto inputs) { return apply(code, name, a.of(inputs)); }});
}

std::string Expression::operand(bool leads, Strength least) const {
    const bool bare = node_->strength >= least && (leads || !text().starts_with('-'));
    return bare ? text() : "(" + text() + ")";
}

Expression Expression::apply(OpCode code, const std::string& name, const Expression& a, const Expression& b) {
    Node node;
    if (name == "+") {
        node.strength = Strength::sum;
        node.text = a.text() + (b.text().starts_with('-') ? "" : "+") + b.text();
    } else if (name == "-") {
        node.strength = Strength::sum;
        node.text = a.text() + "-" + b.operand(false, Strength::product);
    } else if (name == "*") {
        node.strength = Strength::product;
        node.text = a.operand(true, Strength::product) + "*" + b.operand(false, Strength::product);
    } else {
        node.text = name + "(" + a.text() + ", " + b.text() + ")";
    }
    node.replaced = [=](auto inputs) { return apply(code, name, a.of(inputs), b.of(inputs)); };
    node.run = [=](Columns columns) {
        if (a.node_->number) return elementwise(code, *a.node_->number, b.node_->run(columns));
        if (b.node_->number) return elementwise(code, a.node_->run(columns), *b.node_->number);
        return elementwise(code, a.node_->run(columns), b.node_->run(columns));
    };
    return Expression(std::move(node));
}

Tensor Expression::operator()(const Tensor& x) const {
    if (node_->number) return full({x.rows()}, *node_->number, x.dtype());
    std::vector<Tensor> columns;
    for (Index k = 0; k < x.shape()[1]; ++k) columns.push_back(slice(x, 1, k, k + 1));
    return reshape(node_->run(columns), {x.rows()});
}

double Expression::at(const Point& x) const {
    return (*this)(Tensor({1, static_cast<Index>(x.size())}, std::span<const double>(x))).at(0);
}

Expression Expression::of(std::span<const Expression> inputs) const {
    return node_->number ? *this : node_->replaced(inputs);
}

const std::string& Expression::text() const { return node_->text; }

Expression operator+(const Expression& a, const Expression& b) { return Expression::apply(OpCode::add, "+", a, b); }
Expression operator-(const Expression& a, const Expression& b) { return Expression::apply(OpCode::sub, "-", a, b); }
Expression operator*(const Expression& a, const Expression& b) { return Expression::apply(OpCode::mul, "*", a, b); }

Expression power(const Expression& base, int exponent) {
    Expression result = base;
    for (int k = 1; k < exponent; ++k) result = result * base;
    return result;
}

Expression relu(const Expression& u) { return Expression::apply(OpCode::relu, "relu", u); }
Expression softplus(const Expression& u) { return Expression::apply(OpCode::softplus, "softplus", u); }
Expression tanh(const Expression& u) { return Expression::apply(OpCode::tanh, "tanh", u); }
Expression sqrt(const Expression& u) { return Expression::apply(OpCode::sqrt, "sqrt", u); }
Expression minimum(const Expression& a, const Expression& b) { return Expression::apply(OpCode::minimum, "min", a, b); }
Expression maximum(const Expression& a, const Expression& b) { return Expression::apply(OpCode::maximum, "max", a, b); }

Expression affine(std::span<const double> weights, std::span<const Expression> u, double b) {
    std::optional<Expression> sum;
    const auto add = [&](const Expression& term) { sum = sum ? *sum + term : term; };
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (weights[i] != 0) add(weights[i] == 1 ? u[i] : weights[i] * u[i]);
    if (b != 0 && sum) add(b);
    return sum.value_or(Expression(b));
}

std::vector<Expression> variables(std::size_t n) {
    std::vector<Expression> list;
    for (std::size_t k = 0; k < n; ++k) list.push_back(Expression::variable(static_cast<Index>(k)));
    return list;
}

std::string text_of(const Point& x) {
    std::string list;
    for (const double value : x) list += (list.empty() ? "" : ",") + to_text(value);
    return list;
}

}  // namespace gradpath::attribution::axioms
