// Two at a time. Whole numbers wrap around as their element does; they divide towards 0, as C++ does.
#include <gradpath/models/onnx/elementwise.hpp>

#include <cmath>

#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

using Real = Tensor (*)(const Tensor&, const Tensor&);

void same_kind(const Value& a, const Value& b) {
    require<DTypeError>(a.element() == b.element(), "the inputs must be of one type: they are ", to_text(a.element()),
                        " and ", to_text(b.element()));
}

template <class F>
Value arithmetic(const Value& a, const Value& b, Real real, const F& whole) {
    same_kind(a, b);
    if (a.is_real()) return real(a.real(), b.real());
    return zipped(a, b, a.element(), whole);
}

template <class F>
Value compared(const Value& a, const Value& b, Real real, const F& whole) {
    same_kind(a, b);
    if (a.is_real()) return truth(real(a.real(), b.real()));
    return zipped(a, b, Element::boolean, whole);
}

template <class F>
Value logical(const Value& a, const Value& b, const F& f) {
    require<DTypeError>(a.element() == Element::boolean && b.element() == Element::boolean,
                        "the inputs must be bool: they are ", to_text(a.element()), " and ", to_text(b.element()));
    return zipped(a, b, Element::boolean, f);
}

// Sums and products wrap around: unsigned, because signed ones must not overflow.
std::uint64_t bits(auto number) { return static_cast<std::uint64_t>(number); }

template <class T>
T quotient(T a, T b) {
    require(b != 0, "whole numbers cannot be divided by 0");
    if constexpr (std::is_signed_v<T>)
        if (b == -1) return static_cast<T>(0 - bits(a));
    return a / b;
}

// What is left of a / b: with the sign of a (fmod), or of b, as in Python.
template <class T>
T remainder(T a, T b, bool fmod) {
    require(b != 0, "whole numbers cannot be divided by 0");
    if constexpr (std::is_signed_v<T>) {
        if (b == -1) return 0;
        const T rest = a % b;
        return !fmod && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    } else {
        return a % b;
    }
}

Index whole_power(Index base, Index exponent) {
    if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0;
    std::uint64_t result = 1;
    for (std::uint64_t square = bits(base), rest = bits(exponent); rest > 0; rest /= 2, square *= square)
        if (rest % 2 == 1) result *= square;
    return static_cast<Index>(result);
}

// a - q b with the quotient of the exact remainder as a constant: the slopes are 1 and -q.
Tensor real_remainder(const Tensor& a, const Tensor& b) {
    const auto [x, y] = broadcast(a, b);
    const std::vector<double> p = numbers(x.real()), q = numbers(y.real());
    std::vector<double> quotients;
    for (std::size_t i = 0; i < p.size(); ++i) quotients.push_back(std::round((p[i] - std::fmod(p[i], q[i])) / q[i]));
    return x.real() - Tensor(x.shape(), std::span<const double>(quotients)).to(a.dtype()) * y.real();
}

}  // namespace

std::pair<Value, Value> broadcast(const Value& a, const Value& b) {
    const Shape shape = broadcast_shape("broadcast", a.shape(), b.shape());
    const auto to_shape = [&](const Tensor& x) { return broadcast_to(x, bounded(list(shape))); };
    return {a.shape() == shape ? a : moved(a, to_shape), b.shape() == shape ? b : moved(b, to_shape)};
}

Value aligned(const Call& call, const Value& a, const Value& b) {
    if (call.opset >= 7 || call.integer("broadcast") == 0 || !call.has("axis")) return b;
    std::vector<Index> lengths = list(b.shape());
    const Index axis = call.axis(a.shape().rank(), 0);
    for (Index rank = axis + b.shape().rank(); rank < a.shape().rank(); ++rank) lengths.push_back(1);
    return moved(b, [&](const Tensor& x) { return reshape(x, Shape(std::span(lengths))); });
}

Value add(const Value& a, const Value& b) {
    return arithmetic(a, b, gradpath::add, [](auto x, auto y) { return bits(x) + bits(y); });
}
Value sub(const Value& a, const Value& b) {
    return arithmetic(a, b, gradpath::sub, [](auto x, auto y) { return bits(x) - bits(y); });
}
Value mul(const Value& a, const Value& b) {
    return arithmetic(a, b, gradpath::mul, [](auto x, auto y) { return bits(x) * bits(y); });
}
Value div(const Value& a, const Value& b) {
    return arithmetic(a, b, gradpath::div, [](auto x, auto y) { return quotient(x, y); });
}
Value larger(const Value& a, const Value& b) {
    return arithmetic(a, b, gradpath::maximum, [](auto x, auto y) { return x > y ? x : y; });
}
Value smaller(const Value& a, const Value& b) {
    return arithmetic(a, b, gradpath::minimum, [](auto x, auto y) { return x < y ? x : y; });
}

// The result has the type of the base.
Value pow(const Value& a, const Value& b) {
    if (a.is_real()) return gradpath::pow(a.real(), real_of(b, a.real().dtype()));
    if (!b.is_real())
        return zipped(a, b, a.element(),
                      [](auto x, auto y) { return whole_power(static_cast<Index>(x), static_cast<Index>(y)); });
    return cast(gradpath::pow(real_of(a, DType::float64), b.real().to(DType::float64)), a.element());
}

Value both(const Value& a, const Value& b) {
    return logical(a, b, [](auto x, auto y) { return x & y; });
}
Value either(const Value& a, const Value& b) {
    return logical(a, b, [](auto x, auto y) { return x | y; });
}
Value one_of(const Value& a, const Value& b) {
    return logical(a, b, [](auto x, auto y) { return x ^ y; });
}
Value equal(const Value& a, const Value& b) {
    return compared(a, b, gradpath::equal, [](auto x, auto y) { return x == y; });
}
Value greater(const Value& a, const Value& b) {
    return compared(a, b, gradpath::greater, [](auto x, auto y) { return x > y; });
}
Value greater_or_equal(const Value& a, const Value& b) {
    return compared(a, b, gradpath::greater_equal, [](auto x, auto y) { return x >= y; });
}
Value less(const Value& a, const Value& b) {
    return compared(a, b, gradpath::less, [](auto x, auto y) { return x < y; });
}
Value less_or_equal(const Value& a, const Value& b) {
    return compared(a, b, gradpath::less_equal, [](auto x, auto y) { return x <= y; });
}

Answer mean_of(const Call& call) {
    Tensor y = several<add>(call)[0].real();
    return {y / static_cast<double>(call.inputs.size())};
}

Answer mod(const Call& call) {
    const Value &a = call.input(0), &b = call.input(1);
    const bool fmod = call.integer("fmod") != 0;
    same_kind(a, b);
    if (!a.is_real()) return {zipped(a, b, a.element(), [&](auto x, auto y) { return remainder(x, y, fmod); })};
    require(fmod, "fmod must be 1 for real numbers");
    return {real_remainder(a.real(), b.real())};
}

Answer bit_shift(const Call& call) {
    const Value &a = call.input(0), &b = call.input(1);
    const bool left = call.word("direction", "") == "LEFT";
    require(left || call.word("direction", "") == "RIGHT", "direction must be LEFT or RIGHT");
    same_kind(a, b);
    return {zipped(a, b, a.element(), [&](auto x, auto y) {
        if (bits(y) > 63) return std::uint64_t{0};
        return left ? bits(x) << bits(y) : bits(x) >> bits(y);
    })};
}

Answer where(const Call& call) {
    const Value &mask = call.input(0), &a = call.input(1), &b = call.input(2);
    same_kind(a, b);
    if (a.is_real()) return {gradpath::where(mask_of(mask, a.real().dtype()), a.real(), b.real())};
    const auto [yes, no] = broadcast(a, b);
    const Value chosen = broadcast(mask, yes).first;
    std::vector<Index> y;
    const Value x = broadcast(yes, chosen).first, z = broadcast(no, chosen).first;
    for (Index i = 0; i < x.size(); ++i) y.push_back(chosen.whole()[i] != 0 ? x.whole()[i] : z.whole()[i]);
    return {Value(x.shape(), std::move(y), x.element())};
}

}  // namespace gradpath::models::onnx
