// A recursive descent over the grammar
//     formula := sum (',' sum)*
//     sum     := product (('+' | '-') product)*
//     product := factor (('*' | '/') factor)*
//     factor  := ('+' | '-') factor | power
//     power   := atom ('^' factor)?
//     atom    := number | variable | function '(' sum (',' sum)* ')' | '(' sum ')'
// that writes steps instead of a tree, so that running a formula is a loop. Every way to nest passes through `factor`,
// which bounds the depth. Steps of numbers alone are computed at once, by the engine's own ops; small integer powers
// become products (repeated squaring), which are exact for negative bases and have exact derivatives of any order.
#include <gradpath/models/expr.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/data/nearest.hpp>

namespace gradpath::models {
namespace {

using Step = Formula::Step;
using Kind = Step::Kind;

constexpr int deepest = 200;              // levels of nesting: far from the end of any stack
constexpr Index most_inputs = 1'000'000;  // a typing error such as x11111111 should not ask for such rows
constexpr double largest_unrolled = 32;   // powers up to this are products

struct Named {
    std::string_view name;
    OpCode code;
    bool many = false;  ///< two arguments or more, instead of one
};
constexpr std::array functions{
    Named{"exp", OpCode::exp},         Named{"log", OpCode::log},           Named{"sqrt", OpCode::sqrt},
    Named{"sin", OpCode::sin},         Named{"cos", OpCode::cos},           Named{"tanh", OpCode::tanh},
    Named{"sigmoid", OpCode::sigmoid}, Named{"softplus", OpCode::softplus}, Named{"relu", OpCode::relu},
    Named{"abs", OpCode::abs},         Named{"min", OpCode::minimum, true}, Named{"max", OpCode::maximum, true},
};

constexpr auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
constexpr auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
constexpr auto is_word = [](char c) { return is_letter(c) || is_digit(c); };
constexpr auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
constexpr auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };

/// The text without bytes that a terminal would obey.
std::string printable(std::string_view raw) {
    std::string shown(raw);
    std::ranges::replace_if(shown, is_control, '?');
    return shown;
}

class Parser {
public:
    explicit Parser(std::string_view text) : text_(text) {}

    Formula formula() {
        Formula result;
        result.text = text_;
        do {
            result.results.push_back(sum());
        } while (accept(','));
        skip_space();
        if (at_ < text_.size()) {
            fail(at_, "expected an operator", token(),
                 text_[at_] == ')' ? "there is no open parenthesis here" : "a product is written 2*x1");
        }
        result.inputs = highest_;
        result.outputs = static_cast<Index>(result.results.size());
        result.steps = std::move(steps_);
        return result;
    }

private:
    Index sum() {
        Index left = product();
        while (true) {
            if (accept('+')) left = apply(OpCode::add, left, product());
            else if (accept('-')) left = apply(OpCode::sub, left, product());
            else return left;
        }
    }

    Index product() {
        Index left = factor();
        while (true) {
            if (accept('*')) left = apply(OpCode::mul, left, factor());
            else if (accept('/')) left = apply(OpCode::div, left, factor());
            else return left;
        }
    }

    Index factor() {
        if (++depth_ > deepest) {
            fail(at_, text("nested deeper than ", deepest, " levels"), token(), "split the formula");
        }
        const Index result = accept('-') ? apply(OpCode::neg, factor()) : accept('+') ? factor() : power();
        --depth_;
        return result;
    }

    Index power() {
        const Index base = atom();
        if (!accept('^')) return base;
        const Index exponent = factor();
        const Step& last = step(exponent);
        const bool unrolls = last.kind == Kind::number && std::abs(last.number) <= largest_unrolled &&
                             last.number == std::trunc(last.number) && step(base).kind != Kind::number;
        return unrolls ? integer_power(base, static_cast<int>(last.number)) : apply(OpCode::pow, base, exponent);
    }

    Index integer_power(Index base, int exponent) {
        if (exponent < 0) return apply(OpCode::div, number(1), integer_power(base, -exponent));
        if (exponent == 0) return number(1);
        Index result = -1;
        for (Index square = base;; square = apply(OpCode::mul, square, square)) {
            if (exponent % 2 == 1) result = result < 0 ? square : apply(OpCode::mul, result, square);
            if ((exponent /= 2) == 0) return result;
        }
    }

    Index atom() {
        skip_space();
        if (at_ < text_.size()) {
            const char c = text_[at_];
            if (is_digit(c) || c == '.') return literal();
            if (is_letter(c)) return name();
            if (c == '(') {
                const std::size_t opened = at_++;
                const Index inner = sum();
                close(opened);
                return inner;
            }
        }
        fail(at_, "expected a number, a variable, a function or \"(\"", token(), "write for example (x1+x2)^3");
    }

    Index literal() {
        double value = 0;
        const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
        if (error == std::errc::invalid_argument) fail(at_, "expected digits", token(), "write .5 or 0.5");
        const auto start = std::exchange(at_, static_cast<std::size_t>(end - text_.data()));
        if (error == std::errc::result_out_of_range) {
            fail(start, "number out of range", text_.substr(start, at_ - start),
                 "float64 ends near 1.8e308 and 4.9e-324");
        }
        return number(value);
    }

    Index name() {
        const std::size_t start = at_;
        while (at_ < text_.size() && is_word(text_[at_])) ++at_;
        const std::string_view word = text_.substr(start, at_ - start);
        if (word.size() > 1 && word[0] == 'x' && std::ranges::all_of(word.substr(1), is_digit))
            return variable(start, word);
        const auto* found = std::ranges::find(functions, word, &Named::name);
        if (found == functions.end()) unknown(start, word);
        skip_space();
        const std::size_t opened = at_;
        if (!accept('(')) fail(at_, text("expected \"(\" after ", word), token(), text("write ", word, "(x1)"));
        Index result = sum();
        Index count = 1;
        if (!found->many) result = apply(found->code, result);
        for (; accept(','); ++count) {
            const Index next = sum();
            if (found->many) result = apply(found->code, result, next);
        }
        close(opened);
        if (found->many == (count == 1)) {
            fail(start, text(word, " takes ", found->many ? "two arguments or more" : "one argument"),
                 text(count, " of them"), text("write ", word, found->many ? "(x1, x2)" : "(x1)"));
        }
        return result;
    }

    Index variable(std::size_t start, std::string_view word) {
        Index index = 0;
        const auto [end, error] = std::from_chars(word.data() + 1, word.data() + word.size(), index);
        if (error != std::errc{} || index < 1 || index > most_inputs || word[1] == '0') {
            fail(start, text("variables are x1 to x", most_inputs), word, "the first input is x1");
        }
        highest_ = std::max(highest_, index);
        const auto [place, is_new] = columns_.try_emplace(index, static_cast<Index>(steps_.size()));
        if (is_new) steps_.push_back({.kind = Kind::input, .input = index - 1});
        return place->second;
    }

    [[noreturn]] void unknown(std::size_t start, std::string_view word) const {
        std::vector<std::string_view> names{"x1"};
        std::string list = "x1, x2, ...";
        for (const Named& function : functions) {
            names.push_back(function.name);
            list += text(", ", function.name);
        }
        const std::string guess = nearest_name(word, names);
        fail(start, "unknown name", word,
             guess.empty() ? text("names are ", list) : text("did you mean ", guess, "? names are ", list));
    }

    Index number(double value) {
        steps_.push_back({.kind = Kind::number, .number = value});
        return static_cast<Index>(steps_.size()) - 1;
    }

    Index apply(OpCode code, Index a, Index b = -1) {
        if (step(a).kind == Kind::number && (b < 0 || step(b).kind == Kind::number)) {
            const Tensor left = scalar(step(a).number, DType::float64);
            return number(b < 0 ? elementwise(code, left).item() : elementwise(code, left, step(b).number).item());
        }
        steps_.push_back({.kind = Kind::apply, .code = code, .a = a, .b = b});
        return static_cast<Index>(steps_.size()) - 1;
    }

    const Step& step(Index i) const { return steps_[static_cast<std::size_t>(i)]; }

    void skip_space() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }
    bool accept(char c) {
        skip_space();
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void close(std::size_t opened) {
        if (!accept(')')) {
            fail(at_, "expected an operator or \")\"", token(),
                 text("a parenthesis was opened at character ", opened + 1));
        }
    }

    /// What stands at the position: a whole word or number, one sign, or nothing at the end.
    std::string_view token() const {
        std::size_t end = std::min(at_ + 1, text_.size());
        const auto in_token = [&](char c) {  // 10xxxxxx is the rest of a UTF-8 letter
            return is_word(text_[at_]) ? is_word(c) : (static_cast<unsigned char>(c) & 0xc0) == 0x80;
        };
        while (end < text_.size() && in_token(text_[end])) ++end;
        return text_.substr(at_, end - at_);
    }

    [[noreturn]] void fail(std::size_t position, const std::string& rule, std::string_view got,
                           const std::string& way_out) const {
        constexpr std::size_t around = 30;  // bytes of a long formula shown on either side
        const std::size_t from = position > around ? position - around : 0;
        const std::size_t to = std::min(text_.size(), position + around);
        const std::string quoted = got.empty() ? "the end" : text("\"", printable(got.substr(0, around)), "\"");
        throw ValueError(text("expr: ", rule, ": got ", quoted, " at character ", position + 1, " of \"",
                              from > 0 ? "..." : "", printable(text_.substr(from, to - from)),
                              to < text_.size() ? "..." : "", "\"; ", way_out));
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int depth_ = 0;
    Index highest_ = 0;
    std::map<Index, Index> columns_;  // input → its step, so that each column is cut out once
    std::vector<Step> steps_;
};

}  // namespace

Formula parse_formula(std::string_view text, Index inputs) {
    Formula formula = Parser(text).formula();
    require(inputs == 0 || formula.inputs <= inputs, "expr: the highest variable is x", formula.inputs, ": there are ",
            inputs, " inputs; give one number for each");
    formula.inputs = std::max(formula.inputs, inputs);
    return formula;
}

Tensor Formula::operator()(const Tensor& x) const {
    require<ShapeError>(x.rank() == 2 && x.shape()[1] == inputs, "expr: the input must be [rows, ", inputs, "]: got ",
                        x.shape(), "; one row holds x1, x2, ...");
    std::vector<Tensor> columns(steps.size());
    const auto column = [&](Index i) -> const Tensor& { return columns[static_cast<std::size_t>(i)]; };
    const auto number = [&](Index i) { return steps[static_cast<std::size_t>(i)].number; };
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Step& step = steps[i];
        if (step.kind == Step::Kind::input) columns[i] = slice(x, 1, step.input, step.input + 1);
        if (step.kind != Step::Kind::apply) continue;
        columns[i] = step.b < 0        ? elementwise(step.code, column(step.a))
                     : !column(step.a) ? elementwise(step.code, number(step.a), column(step.b))
                     : !column(step.b) ? elementwise(step.code, column(step.a), number(step.b))
                                       : elementwise(step.code, column(step.a), column(step.b));
    }
    std::vector<Tensor> parts;
    for (const Index i : results) parts.push_back(column(i) ? column(i) : full({x.rows(), 1}, number(i), x.dtype()));
    return parts.size() == 1 ? parts[0] : concat(parts, 1);
}

}  // namespace gradpath::models
