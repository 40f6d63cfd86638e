#include <gradpath/models/expr.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/transforms.hpp>

#include "support/close.hpp"

using namespace gradpath;
using models::Formula;
using models::parse_formula;

namespace {

Tensor row(std::initializer_list<double> values, DType dtype = DType::float64) {
    return Tensor({1, static_cast<Index>(values.size())}, values, dtype);
}

double value_at(const char* text, std::initializer_list<double> x) {
    return parse_formula(text, static_cast<Index>(x.size()))(row(x)).item();
}

std::string complaint(const std::string& text, Index inputs = 0) {
    try {
        parse_formula(text, inputs);
    } catch (const ValueError& error) {
        return error.what();
    }
    return "accepted";
}

/// Draws from one seed, in order.
struct Dice {
    std::uint64_t seed;
    std::uint64_t position = 0;
    Index below(Index count) {
        return static_cast<Index>(random::uniform_at(seed, 0, position++) * static_cast<double>(count));
    }
};

/// A random formula: its text with no more parentheses than its grammar asks for (and sometimes some), and its value by
/// the ops themselves. The level says how tightly its outermost operation binds: sum 1, product 2, sign 3, power 4,
/// atom 5.
struct Spoken {
    std::string text;
    int level;
    Tensor value;
    bool constant = false;
};

std::string inside(const Spoken& part, int level, Dice& dice) {
    const bool needed = part.level < level, extra = dice.below(8) == 0;
    return needed || extra ? (dice.below(2) == 0 ? "( " : "(") + part.text + ")" : part.text;
}

Spoken leaf(const Tensor& x, Dice& dice) {
    constexpr std::array numbers{"2", ".5", "1e-1", "0.25", "3."};
    if (const Index pick = dice.below(8); pick < 5) {
        return {numbers[static_cast<std::size_t>(pick)], 5,
                scalar(std::stod(numbers[static_cast<std::size_t>(pick)]), DType::float64), true};
    }
    const Index i = dice.below(3);
    return {"x" + std::to_string(i + 1), 5, slice(x, 1, i, i + 1)};
}

Spoken speak(const Tensor& x, int depth, Dice& dice) {
    if (depth == 0) return leaf(x, dice);
    const Spoken a = speak(x, depth - 1, dice);
    const Spoken b = speak(x, static_cast<int>(dice.below(depth)), dice);
    const bool constant = a.constant && b.constant;
    const std::string blank = dice.below(3) == 0 ? " " : "";
    switch (dice.below(10)) {
        case 0: return {inside(a, 1, dice) + blank + "+" + inside(b, 2, dice), 1, a.value + b.value, constant};
        case 1: return {inside(a, 1, dice) + "-" + blank + inside(b, 2, dice), 1, a.value - b.value, constant};
        case 2: return {inside(a, 2, dice) + "*" + inside(b, 3, dice), 2, a.value * b.value, constant};
        case 3: return {inside(a, 2, dice) + blank + "/" + blank + inside(b, 3, dice), 2, a.value / b.value, constant};
        case 4: return {"-" + blank + inside(a, 3, dice), 3, neg(a.value), a.constant};
        case 5:
            return {inside(a, 5, dice) + "^3", 4, a.constant ? pow(a.value, 3.0) : a.value * (a.value * a.value),
                    a.constant};
        case 6: {
            const Spoken power = b.constant ? Spoken{"x2", 5, slice(x, 1, 1, 2)} : b;
            return {inside(a, 5, dice) + "^" + inside(power, 3, dice), 4, pow(a.value, power.value)};
        }
        case 7: return {"min(" + a.text + "," + blank + b.text + ")", 5, minimum(a.value, b.value), constant};
        case 8: return {"max(" + a.text + "," + b.text + ")", 5, maximum(a.value, b.value), constant};
        default: return {"tanh(" + a.text + blank + ")", 5, tanh(a.value), a.constant};
    }
}

}  // namespace

TEST_CASE("operators bind and associate as in mathematics") {
    CHECK(value_at("-x1^2", {3}) == -9);
    CHECK(value_at("2^3^2", {}) == 512);
    CHECK(value_at("2^-x1^2", {2}) == 0.0625);
    CHECK(value_at("x1--x2", {1, 2}) == 3);
    CHECK(value_at("2*-x1*x2", {3, 5}) == -30);
    CHECK(value_at("1-2-3", {}) == -4);
    CHECK(value_at("8/4/2", {}) == 1);
    CHECK(value_at("1+2*x1^2/4", {4}) == 9);
    CHECK(value_at("-2^2", {}) == -4);
    CHECK(value_at("+x1", {7}) == 7);
    CHECK(value_at(" ( x1 + x2 )\t^\n3 ", {1, 3}) == 64);
}

TEST_CASE("numbers may lack a digit before or after the point and have an exponent") {
    CHECK(value_at("2", {}) == 2);
    CHECK(value_at(".5", {}) == 0.5);
    CHECK(value_at("3.", {}) == 3);
    CHECK(value_at("1e-3", {}) == 1e-3);
    CHECK(value_at("2.5E+2", {}) == 250);
}

TEST_CASE("integer powers of negative numbers are exact") {
    CHECK(value_at("x1^3", {-2}) == -8);
    CHECK(value_at("x1^2", {-3}) == 9);
    CHECK(value_at("x1^31", {-3}) == -617673396283947.0);
    CHECK(value_at("x1^-2", {-2}) == 0.25);
    CHECK(value_at("x1^-3", {-2}) == -0.125);
    CHECK(value_at("x1^(1+2)", {-2}) == -8);
    CHECK(value_at("x1^0", {-2}) == 1);
    CHECK(value_at("x1^1", {-2}) == -2);
    CHECK(value_at("(-2)^3", {}) == -8);
    CHECK(std::isnan(value_at("x1^0.5", {-2})));
}

TEST_CASE("every function is the one of its name") {
    const double x = 0.7;
    CHECK(value_at("exp(x1)", {x}) == doctest::Approx(std::exp(x)).epsilon(tests::kernel<double>));
    CHECK(value_at("log(x1)", {x}) == doctest::Approx(std::log(x)).epsilon(tests::kernel<double>));
    CHECK(value_at("sqrt(x1)", {x}) == doctest::Approx(std::sqrt(x)).epsilon(tests::kernel<double>));
    CHECK(value_at("sin(x1)", {x}) == doctest::Approx(std::sin(x)).epsilon(tests::kernel<double>));
    CHECK(value_at("cos(x1)", {x}) == doctest::Approx(std::cos(x)).epsilon(tests::kernel<double>));
    CHECK(value_at("tanh(x1)", {x}) == doctest::Approx(std::tanh(x)).epsilon(tests::kernel<double>));
    CHECK(value_at("sigmoid(x1)", {x}) == doctest::Approx(1 / (1 + std::exp(-x))).epsilon(tests::kernel<double>));
    CHECK(value_at("softplus(x1)", {x}) == doctest::Approx(std::log1p(std::exp(x))).epsilon(tests::kernel<double>));
    CHECK(value_at("relu(x1)+relu(x2)", {x, -x}) == x);
    CHECK(value_at("abs(x1)", {-x}) == x);
    CHECK(value_at("min(x1, x2, -1)", {x, -3}) == -3);
    CHECK(value_at("max(x1, x2, 9, 4)", {x, -3}) == 9);
}

TEST_CASE("a comma outside of parentheses separates outputs") {
    const Formula formula = parse_formula("x1+x2, max(x1,x2), 7");
    CHECK(formula.inputs == 2);
    CHECK(formula.outputs == 3);
    const Tensor y = formula(Tensor({2, 2}, {1, 2, 5, 3}));
    CHECK(y.shape() == Shape{2, 3});
    CHECK(same_bits(y, Tensor({2, 3}, {3, 2, 7, 8, 5, 7})));
}

TEST_CASE("the number of inputs is the highest index unless more are told") {
    CHECK(parse_formula("x3").inputs == 3);
    CHECK(parse_formula("x1", 4).inputs == 4);
    CHECK(parse_formula("2").inputs == 0);
    CHECK(complaint("x1+x3", 2) == "expr: the highest variable is x3: there are 2 inputs; give one number for each");
    CHECK_THROWS_WITH_AS(parse_formula("x1*x2")(Tensor({1, 3}, {1, 2, 3})),
                         "expr: the input must be [rows, 2]: got (1, 3); one row holds x1, x2, ...", ShapeError);
    CHECK_THROWS_AS(parse_formula("x1*x2")(Tensor({2}, {1, 2})), ShapeError);
}

TEST_CASE("a formula has the dtype of its rows and any number of them") {
    for (const DType dtype : {DType::float32, DType::float64}) {
        for (const Index rows : {0, 1, 5}) {
            const Tensor y = parse_formula("2*x1^2 + x2, 3")(ones({rows, 2}, dtype));
            CHECK(y.dtype() == dtype);
            CHECK(y.shape() == Shape{rows, 2});
            for (Index i = 0; i < y.size(); ++i) CHECK(y.at(i) == 3);
        }
    }
}

TEST_CASE("gradients of a formula are those of its mathematics") {
    const Tensor x = tracked(row({1, 3}));
    CHECK(same_bits(grad(sum(parse_formula("(x1+x2)^3")(x)), x), row({48, 48})));
    const Tensor z = tracked(row({-2}));
    const Tensor slope = grad(sum(parse_formula("x1^3")(z)), z, {.differentiable = true});
    CHECK(slope.item() == 12);
    CHECK(grad(sum(slope), z).item() == -12);
    const Tensor origin = tracked(row({0}));
    CHECK(grad(sum(parse_formula("x1^2+x1")(origin)), origin).item() == 1);
}

TEST_CASE("first and second derivatives of formulas agree with differences") {
    for (const char* text : {"(x1+x2)^3", "x1^5*x2^-2", "exp(x1*x2)/(1+x1^2)", "x1^x2", "2^x1 + x2^0.5",
                             "sigmoid(x1-2*x2)*tanh(x1)", "softplus(sin(x1)+cos(x2))", "log(x1^2+x2^2), sqrt(x1*x2)"}) {
        CAPTURE(text);
        const Formula formula = parse_formula(text);
        const auto f = [&](const std::vector<Tensor>& inputs) { return formula(inputs[0]); };
        CHECK_NOTHROW(check_grads(f, {Tensor({3, 2}, {0.7, 1.3, 1.9, 0.4, 2.2, 1.1}, DType::float64)}));
    }
}

TEST_CASE("random formulas read as they were spoken") {
    const Tensor x = random::uniform({4, 3}, -2, 2, {.seed = 3, .dtype = DType::float64});
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        Dice dice{seed};
        const Spoken spoken = speak(x, 1 + static_cast<int>(dice.below(6)), dice);
        CAPTURE(spoken.text);
        const Tensor got = parse_formula(spoken.text, 3)(x);
        const Tensor expected = broadcast_to(spoken.value, {4, 1});
        for (Index i = 0; i < 4; ++i) CHECK(tests::same(got.at(i), expected.at(i)));
    }
}

TEST_CASE("long formulas are loops, deep ones are refused") {
    std::string sum = "x1";
    for (int i = 1; i < 20'000; ++i) sum += "+x1";
    CHECK(value_at(sum.c_str(), {0.5}) == 10'000);
    CHECK(value_at((std::string(150, '(') + "x1" + std::string(150, ')')).c_str(), {2}) == 2);
    const std::string way_out = " levels: got \"(\" at character 201 of \"...";
    CHECK(complaint(std::string(100'000, '(')).find("expr: nested deeper than 200" + way_out) == 0);
    for (const char* unit : {"-", "+", "x1^", "exp(", "min(1,", "2*("}) {
        std::string deep;
        for (int i = 0; i < 100'000; ++i) deep += unit;
        CHECK(complaint(deep).find("expr: nested deeper than 200 levels: got ") == 0);
    }
}

TEST_CASE("malformed formulas are refused with the place and a way out") {
    const std::string expected = "expr: expected a number, a variable, a function or \"(\": got ";
    CHECK(complaint("(x1+x2)^)") == expected + "\")\" at character 9 of \"(x1+x2)^)\"; write for example (x1+x2)^3");
    CHECK(complaint("") == expected + "the end at character 1 of \"\"; write for example (x1+x2)^3");
    CHECK(complaint("x1+") == expected + "the end at character 4 of \"x1+\"; write for example (x1+x2)^3");
    CHECK(complaint("x1,,x2") == expected + "\",\" at character 4 of \"x1,,x2\"; write for example (x1+x2)^3");
    CHECK(complaint("*x1") == expected + "\"*\" at character 1 of \"*x1\"; write for example (x1+x2)^3");
    CHECK(complaint("2x1") ==
          "expr: expected an operator: got \"x1\" at character 2 of \"2x1\"; a product is written 2*x1");
    CHECK(complaint("x1)") ==
          "expr: expected an operator: got \")\" at character 3 of \"x1)\"; there is no open parenthesis here");
    CHECK(complaint("2*(x1+1") ==
          "expr: expected an operator or \")\": got the end at character 8 of \"2*(x1+1\"; a "
          "parenthesis was opened at character 3");
    CHECK(complaint("x1.5") ==
          "expr: expected an operator: got \".\" at character 3 of \"x1.5\"; a product is written 2*x1");
    CHECK(complaint(".") == "expr: expected digits: got \".\" at character 1 of \".\"; write .5 or 0.5");
    CHECK(complaint("1e999") ==
          "expr: number out of range: got \"1e999\" at character 1 of \"1e999\"; float64 ends near "
          "1.8e308 and 4.9e-324");
    CHECK(complaint("x0") ==
          "expr: variables are x1 to x1000000: got \"x0\" at character 1 of \"x0\"; the first input is x1");
    CHECK(complaint("x99999999999999999999").find("expr: variables are x1 to x1000000: got ") == 0);
    CHECK(complaint("x01").find("expr: variables are x1 to x1000000: got \"x01\"") == 0);
    CHECK(complaint("exp") == "expr: expected \"(\" after exp: got the end at character 4 of \"exp\"; write exp(x1)");
    CHECK(complaint("tanh(x1,x2)") ==
          "expr: tanh takes one argument: got \"2 of them\" at character 1 of \"tanh(x1,x2)\"; write tanh(x1)");
    CHECK(complaint("min(x1)") ==
          "expr: min takes two arguments or more: got \"1 of them\" at character 1 of \"min(x1)\"; write min(x1, x2)");
    CHECK(complaint("x1 × 2") ==
          "expr: expected an operator: got \"×\" at character 4 of \"x1 × 2\"; a product is written 2*x1");
    CHECK(complaint(std::string("x1\x1b[2J")).find("got \"?\" at character 3 of \"x1?[2J\"") != std::string::npos);
}

TEST_CASE("an unknown name is answered with the nearest one") {
    CHECK(complaint("sigmod(x1)")
              .find("expr: unknown name: got \"sigmod\" at character 1 of \"sigmod(x1)\"; did you mean "
                    "sigmoid? names are x1, x2, ..., exp, log, ") == 0);
    CHECK(complaint("1+tan(x1)").find("did you mean tanh?") != std::string::npos);
    CHECK(complaint("zzzzzzzz").find("; names are x1, x2, ...") != std::string::npos);
}

TEST_CASE("no text crashes the parser") {
    constexpr std::array<const char*, 24> parts{"x1",   "x2",   "x",   "1",        ".5",   "e", "1e-3", "+",
                                                "-",    "*",    "/",   "^",        "(",    ")", ",",    " ",
                                                "exp(", "min(", "max", "relu(x1)", "\xff", "×", "\n",   "sigmoid"};
    int accepted = 0, refused = 0;
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
        Dice dice{seed};
        std::string text;
        for (Index i = dice.below(12); i >= 0; --i) text += parts[static_cast<std::size_t>(dice.below(24))];
        (complaint(text) == "accepted" ? accepted : refused) += 1;
    }
    CHECK(accepted > 500);
    CHECK(refused > 10'000);
    for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
        Dice dice{seed};
        std::string text;
        for (Index i = dice.below(40); i >= 0; --i) text += static_cast<char>(dice.below(256));
        CHECK_NOTHROW(complaint(text));
    }
}
