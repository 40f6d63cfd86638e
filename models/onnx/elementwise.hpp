#pragma once
// Operators on one number, or on two, at a time: reals by the engine's ops, whole numbers in their own arithmetic.
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/call.hpp>

namespace gradpath::models::onnx {

/// y = F(x) for real x.
template <Tensor (*F)(const Tensor&)>
Answer real(const Call& call) {
    return {F(call.real(0))};
}

/// Brings b to a's shape as opsets before 7 say: attribute broadcast, and the axis of a where b's first one belongs.
Value aligned(const Call& call, const Value& a, const Value& b);
/// Two values of one shape, by NumPy's rule.
std::pair<Value, Value> broadcast(const Value& a, const Value& b);

/// f(a, b) for all pairs of whole numbers; uint64 is seen as unsigned.
template <class F>
Value zipped(const Value& a, const Value& b, Element element, const F& f) {
    const auto [x, y] = broadcast(a, b);
    std::vector<Index> results;
    for (Index i = 0; i < x.size(); ++i) {
        const Index p = x.whole()[i], q = y.whole()[i];
        if (x.element() == Element::uint64)
            results.push_back(static_cast<Index>(f(static_cast<std::uint64_t>(p), static_cast<std::uint64_t>(q))));
        else results.push_back(static_cast<Index>(f(p, q)));
    }
    return {x.shape(), std::move(results), element};
}

/// f(x) for all whole numbers of x.
template <class F>
Value mapped(const Value& x, Element element, const F& f) {
    return zipped(x, x, element, [&](auto number, auto) { return f(number); });
}

Value add(const Value& a, const Value& b);
Value mul(const Value& a, const Value& b);
Value larger(const Value& a, const Value& b);
Value smaller(const Value& a, const Value& b);

using Two = Value (*)(const Value&, const Value&);
/// y = F(a, b), broadcast.
template <Two F>
Answer two(const Call& call) {
    return {F(call.input(0), aligned(call, call.input(0), call.input(1)))};
}
/// y = F(F(a, b), c) .. for any number of inputs.
template <Two F>
Answer several(const Call& call) {
    Value y = call.input(0);
    for (std::size_t i = 1; i < call.inputs.size(); ++i) y = F(y, call.input(i));
    return {y};
}

Value sub(const Value& a, const Value& b);
Value div(const Value& a, const Value& b);
Value pow(const Value& a, const Value& b);
Value both(const Value& a, const Value& b);
Value either(const Value& a, const Value& b);
Value one_of(const Value& a, const Value& b);
Value equal(const Value& a, const Value& b);
Value greater(const Value& a, const Value& b);
Value greater_or_equal(const Value& a, const Value& b);
Value less(const Value& a, const Value& b);
Value less_or_equal(const Value& a, const Value& b);

}  // namespace gradpath::models::onnx
