// Products of matrices, and sums over letters.
#include <algorithm>
#include <map>
#include <set>

#include <gradpath/autodiff/linalg.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

using Letters = std::string;  // one per axis

Tensor of_matrix(const Tensor& x, bool transposed) { return transposed ? transpose(x) : x; }

// NumPy's matmul: a vector is a row on the left and a column on the right, and its axis is gone from the result.
Tensor product(const Tensor& a, const Tensor& b) {
    require<ShapeError>(a.rank() > 0 && b.rank() > 0, "numbers alone cannot be multiplied as matrices");
    const Tensor left = a.rank() == 1 ? reshape(a, {1, -1}) : a, right = b.rank() == 1 ? reshape(b, {-1, 1}) : b;
    Tensor y = matmul(left, right);
    std::vector<Index> lengths = list(y.shape());
    if (b.rank() == 1) lengths.pop_back();
    if (a.rank() == 1) lengths.erase(lengths.end() - (b.rank() == 1 ? 1 : 2));
    return a.rank() > 1 && b.rank() > 1 ? y : reshape(y, Shape(std::span(lengths)));
}

struct Term {
    Letters letters;
    Tensor x;
};

std::size_t place(const Letters& letters, char letter) { return letters.find(letter); }

Tensor in_order(const Term& term, const Letters& order) {
    std::vector<Index> axes;
    for (const char letter : order) axes.push_back(static_cast<Index>(place(term.letters, letter)));
    return permute(term.x, axes);
}

// The letters of an operand; "..." becomes the digits of its axes, counted from the last, so that they align.
Letters spelled(const std::string& text, Index rank) {
    const std::size_t dots = text.find("...");
    const Index named = static_cast<Index>(text.size()) - (dots == text.npos ? 0 : 3), free = rank - named;
    require(free >= 0 && (dots != text.npos || free == 0), "equation: ", text, " does not fit an operand of rank ",
            rank);
    if (dots == text.npos) return text;
    Letters digits;
    for (Index i = free; i > 0; --i) digits += static_cast<char>('0' + i - 1);
    return text.substr(0, dots) + digits + text.substr(dots + 3);
}

// Repeated letters mean the diagonal.
Term without_repeats(Term term) {
    for (std::size_t i = 0; i < term.letters.size(); ++i) {
        const std::size_t again = term.letters.find(term.letters[i], i + 1);
        if (again == Letters::npos) continue;
        std::vector<Index> axes;
        Letters rest;
        for (std::size_t k = 0; k < term.letters.size(); ++k)
            if (k != i && k != again) axes.push_back(static_cast<Index>(k)), rest += term.letters[k];
        axes.push_back(static_cast<Index>(i));
        axes.push_back(static_cast<Index>(again));
        require<ShapeError>(term.x.shape()[axes.back()] == term.x.shape()[static_cast<Index>(i)],
                            "equation: axes of one letter must be equally long: ", term.x.shape());
        return without_repeats({rest + term.letters[i], diagonal(permute(term.x, axes))});
    }
    return term;
}

Term summed_over(const Term& term, const std::set<char>& wanted) {
    std::vector<Index> gone;
    Letters kept;
    for (std::size_t i = 0; i < term.letters.size(); ++i) {
        if (wanted.contains(term.letters[i])) kept += term.letters[i];
        else gone.push_back(static_cast<Index>(i));
    }
    return gone.empty() ? term : Term{kept, sum(term.x, {.axes = gone})};
}

// The term with length-1 axes of shared letters stretched to the other's.
Term stretched(const Term& term, const std::map<char, Index>& lengths) {
    std::vector<Index> shape;
    for (std::size_t i = 0; i < term.letters.size(); ++i) {
        shape.push_back(lengths.at(term.letters[i]));
        require<ShapeError>(
            term.x.shape()[static_cast<Index>(i)] == shape.back() || term.x.shape()[static_cast<Index>(i)] == 1,
            "equation: letter ", std::string(1, term.letters[i]), " has two lengths");
    }
    return {term.letters, broadcast_to(term.x, bounded(shape))};
}

Index length_of(const Letters& letters, const std::map<char, Index>& lengths) {
    std::vector<Index> all;
    for (const char letter : letters) all.push_back(lengths.at(letter));
    return Shape(std::span(all)).size();
}

// Shared letters of the result are a batch, other shared ones are contracted: one batched matrix product.
Term contracted(Term a, Term b, const std::set<char>& wanted) {
    std::map<char, Index> lengths;
    for (const Term* term : {&a, &b})
        for (std::size_t i = 0; i < term->letters.size(); ++i) {
            Index& length = lengths[term->letters[i]];
            length = std::max(length, term->x.shape()[static_cast<Index>(i)]);
        }
    a = stretched(a, lengths), b = stretched(b, lengths);
    Letters batch, inner, left, right;
    for (const char letter : a.letters) {
        if (b.letters.find(letter) == Letters::npos) left += letter;
        else (wanted.contains(letter) ? batch : inner) += letter;
    }
    for (const char letter : b.letters)
        if (a.letters.find(letter) == Letters::npos) right += letter;
    const Index n = length_of(batch, lengths), k = length_of(inner, lengths);
    const Index rows = length_of(left, lengths), columns = length_of(right, lengths);
    const Tensor y = matmul(reshape(in_order(a, batch + left + inner), Shape{n, rows, k}),
                            reshape(in_order(b, batch + inner + right), Shape{n, k, columns}));
    std::vector<Index> shape;
    for (const char letter : batch + left + right) shape.push_back(lengths.at(letter));
    return {batch + left + right, reshape(y, Shape(std::span(shape)))};
}

std::vector<std::string> parts_of(const std::string& text) {
    std::vector<std::string> parts{""};
    for (const char letter : text) {
        if (letter == ',') parts.emplace_back();
        else parts.back() += letter;
    }
    return parts;
}

// Without "->": digits, then the letters that stand once, in the alphabet's order.
Letters implied(const std::vector<Term>& terms) {
    std::map<char, int> counts;
    std::set<char> digits;
    for (const Term& term : terms)
        for (const char letter : term.letters) ++counts[letter];
    Letters result, dots;
    for (const auto& [letter, count] : counts) {
        if (letter >= '0' && letter <= '9') dots.insert(0, 1, letter);
        else if (count == 1) result += letter;
    }
    return dots + result;
}

}  // namespace

Answer matmul_of(const Call& call) { return {product(call.real(0), call.real(1))}; }

Answer gemm(const Call& call) {
    const Tensor a = of_matrix(call.real(0), call.integer("transA") != 0), &b = call.real(1);
    const double alpha = call.number("alpha", 1), beta = call.number("beta", 1);
    Tensor y = matmul(a, b, {.transpose_b = call.integer("transB") != 0});
    if (alpha != 1) y = y * alpha;
    if (call.given(2) && beta != 0) y = y + (beta == 1 ? call.real(2) : call.real(2) * beta);
    return {y};
}

Answer det(const Call& call) { return {determinant(call.real(0))}; }

Answer einsum(const Call& call) {
    std::string equation = call.word("equation", "");
    std::erase(equation, ' ');
    const std::size_t arrow = equation.find("->");
    const std::vector<std::string> parts = parts_of(equation.substr(0, arrow));
    require(parts.size() == call.inputs.size() && parts.size() <= 2,
            "equation: it must name one or two operands, as many as there are inputs: \"", equation, "\"");
    std::vector<Term> terms;
    Index dots = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        terms.push_back({spelled(parts[i], call.real(i).rank()), call.real(i)});
        if (parts[i].find("...") == parts[i].npos) continue;
        dots = std::max(dots, static_cast<Index>(terms[i].letters.size() + 3 - parts[i].size()));
    }
    Letters result = arrow == equation.npos ? implied(terms) : equation.substr(arrow + 2);
    if (result.find("...") != Letters::npos) result = spelled(result, static_cast<Index>(result.size()) - 3 + dots);
    const std::set<char> wanted(result.begin(), result.end());
    require(wanted.size() == result.size(), "equation: a letter of the result may stand once: \"", equation, "\"");
    std::vector<Term> plain;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        std::set<char> kept = wanted;
        for (std::size_t k = 0; k < terms.size(); ++k)
            if (k != i) kept.insert(terms[k].letters.begin(), terms[k].letters.end());
        plain.push_back(summed_over(without_repeats(terms[i]), kept));
    }
    const Term y = plain.size() == 1 ? plain[0] : contracted(plain[0], plain[1], wanted);
    for (const char letter : result)
        require(y.letters.find(letter) != Letters::npos, "equation: no operand has the letter ",
                std::string(1, letter));
    return {in_order(y, result)};
}

}  // namespace gradpath::models::onnx
