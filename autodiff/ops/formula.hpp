#pragma once
// What formulas are written with: facts about an op, a list of ops, and the few scalar functions that SIMD batches have
// too. The scalar versions here define the meaning; kernels/simd.ipp gives the same names for batches.
#include <cmath>
#include <cstddef>
#include <limits>
#include <tuple>

#include <gradpath/autodiff/op_code.hpp>

namespace gradpath::formula {

/// What is special about an op; most have nothing.
struct Edge {
    double kink = std::numeric_limits<double>::quiet_NaN();  ///< where (or at what a - b) the slope jumps; NaN: nowhere
    double slope_at_kink = 0;                                ///< the slope stated for that point
    bool differentiable = true;
    bool kink_of_a = false;  ///< of two inputs: at a = kink whatever b is; the slope is then stated for b = 1/2
};

struct Info : Edge {
    OpCode code;
    const char* name;
    double low, high;  ///< the domain that tests sample

    constexpr Info(OpCode op, const char* text, double from, double to, Edge edge = {})
        : Edge(edge), code(op), name(text), low(from), high(to) {}
};

template <class... Formulas>
struct OpList {
    static constexpr std::size_t size = sizeof...(Formulas);
    /// Calls f.template operator()<Formula>() for each, in order.
    static constexpr void each(auto&& f) { (f.template operator()<Formulas>(), ...); }
};

using std::abs, std::sqrt, std::exp, std::expm1, std::log, std::log1p, std::erf, std::floor, std::nearbyint;
using std::sin, std::cos, std::tan, std::asin, std::acos, std::atan, std::atan2;
using std::sinh, std::cosh, std::tanh, std::asinh, std::acosh, std::atanh;

template <class T>
concept ScalarNumber = std::is_floating_point_v<T>;

template <ScalarNumber T>
T zero(T) {
    return T(0);
}
template <ScalarNumber T>
T one(T) {
    return T(1);
}
template <ScalarNumber T>
T constant(T, double value) {
    return T(value);
}
template <ScalarNumber T>
T select(bool condition, T yes, T no) {
    return condition ? yes : no;
}
/// aᵇ with exact integer powers (std::pow's meaning).
template <ScalarNumber T>
T power(T a, T b) {
    return std::pow(a, b);
}

}  // namespace gradpath::formula
