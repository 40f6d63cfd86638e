#pragma once
// y = f(x), one number at a time: pure mathematics, no Tensor in sight. `forward` runs on scalars (the reference) and
// on SIMD batches; `vjp` runs on tensors, where the functions it names are ops found by argument-dependent lookup.
// To add one: the struct here, its name in UnaryOps at the foot (the same place as in op_code.hpp), a line in ops.hpp.
#include <gradpath/autodiff/op_code.hpp>
#include <gradpath/autodiff/ops/formula.hpp>

namespace gradpath::formula {

struct Neg {
    static constexpr Info info{OpCode::neg, "neg", -3, 3};
    static auto forward(auto x) { return -x; }
    static auto vjp(auto /*x*/, auto /*y*/, auto g) { return -g; }
};

struct Abs {  // slope 0 at the kink
    static constexpr Info info{OpCode::abs, "abs", -3, 3, {.kink = 0, .slope_at_kink = 0}};
    static auto forward(auto x) { return abs(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g * sign(x); }
};

struct Sign {  // a step: its slope is 0 wherever it exists
    static constexpr Info info{OpCode::sign, "sign", -3, 3, {.kink = 0, .slope_at_kink = 0, .differentiable = false}};
    static auto forward(auto x) { return select(x > zero(x), one(x), select(x < zero(x), -one(x), x)); }
};

struct Sqrt {
    static constexpr Info info{OpCode::sqrt, "sqrt", 0.1, 9};
    static auto forward(auto x) { return sqrt(x); }
    static auto vjp(auto /*x*/, auto y, auto g) { return g * 0.5 / y; }
};

struct Square {
    static constexpr Info info{OpCode::square, "square", -3, 3};
    static auto forward(auto x) { return x * x; }
    static auto vjp(auto x, auto /*y*/, auto g) { return g * x * 2.0; }
};

struct Exp {
    static constexpr Info info{OpCode::exp, "exp", -5, 5};
    static auto forward(auto x) { return exp(x); }
    static auto vjp(auto /*x*/, auto y, auto g) { return g * y; }
};

struct Log {
    static constexpr Info info{OpCode::log, "log", 0.1, 9};
    static auto forward(auto x) { return log(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g / x; }
};

struct Tanh {
    static constexpr Info info{OpCode::tanh, "tanh", -4, 4};
    static auto forward(auto x) { return tanh(x); }
    static auto vjp(auto /*x*/, auto y, auto g) { return tanh_vjp(y, g); }
};

struct Sigmoid {  // e⁻ˣ overflows to inf for very negative x, and 1/(1+inf) = 0 is right
    static constexpr Info info{OpCode::sigmoid, "sigmoid", -6, 6};
    static auto forward(auto x) { return one(x) / (one(x) + exp(-x)); }
    static auto vjp(auto /*x*/, auto y, auto g) { return sigmoid_vjp(y, g); }
};

struct Relu {  // NaN stays NaN
    static constexpr Info info{OpCode::relu, "relu", -3, 3, {.kink = 0, .slope_at_kink = 0}};
    static auto forward(auto x) { return select(x < zero(x), zero(x), x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return relu_vjp(x, g); }
};

struct Softplus {  // log(1 + eˣ), written so that neither tail overflows
    static constexpr Info info{OpCode::softplus, "softplus", -10, 10};
    static auto forward(auto x) { return select(x < zero(x), zero(x), x) + log1p(exp(-abs(x))); }
    static auto vjp(auto x, auto /*y*/, auto g) { return softplus_vjp(x, g); }
};

struct Gelu {  // x Φ(x); Hendrycks & Gimpel 2016, the exact form
    static constexpr Info info{OpCode::gelu, "gelu", -4, 4};
    static auto forward(auto x) {
        return constant(x, 0.5) * x * (one(x) + erf(x * constant(x, 0.70710678118654752440)));
    }
    static auto vjp(auto x, auto /*y*/, auto g) {
        auto area = (erf(x * 0.70710678118654752440) + 1.0) * 0.5;
        auto density = exp(square(x) * -0.5) * 0.39894228040143267794;
        return g * (area + x * density);
    }
};

struct Erf {
    static constexpr Info info{OpCode::erf, "erf", -3, 3};
    static auto forward(auto x) { return erf(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g * exp(-square(x)) * 1.1283791670955125739; }
};

struct Sin {
    static constexpr Info info{OpCode::sin, "sin", -6, 6};
    static auto forward(auto x) { return sin(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g * cos(x); }
};

struct Cos {
    static constexpr Info info{OpCode::cos, "cos", -6, 6};
    static auto forward(auto x) { return cos(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return -(g * sin(x)); }
};

struct Tan {
    static constexpr Info info{OpCode::tan, "tan", -1.2, 1.2};
    static auto forward(auto x) { return tan(x); }
    static auto vjp(auto /*x*/, auto y, auto g) { return g * (1.0 + square(y)); }
};

struct Asin {  // (1 - x)(1 + x) is exact to rounding near ±1, where 1 - x² is not
    static constexpr Info info{OpCode::asin, "asin", -0.8, 0.8};
    static auto forward(auto x) { return asin(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g * rsqrt((1.0 - x) * (1.0 + x)); }
};

struct Acos {
    static constexpr Info info{OpCode::acos, "acos", -0.8, 0.8};
    static auto forward(auto x) { return acos(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return -(g * rsqrt((1.0 - x) * (1.0 + x))); }
};

struct Atan {
    static constexpr Info info{OpCode::atan, "atan", -3, 3};
    static auto forward(auto x) { return atan(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g / (1.0 + square(x)); }
};

struct Sinh {
    static constexpr Info info{OpCode::sinh, "sinh", -3, 3};
    static auto forward(auto x) { return sinh(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g * cosh(x); }
};

struct Cosh {
    static constexpr Info info{OpCode::cosh, "cosh", -3, 3};
    static auto forward(auto x) { return cosh(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g * sinh(x); }
};

struct Asinh {
    static constexpr Info info{OpCode::asinh, "asinh", -3, 3};
    static auto forward(auto x) { return asinh(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g * rsqrt(1.0 + square(x)); }
};

struct Acosh {  // two roots: x² - 1 would be positive below -1, too, where the slope is NaN
    static constexpr Info info{OpCode::acosh, "acosh", 1.3, 5};
    static auto forward(auto x) { return acosh(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g * rsqrt(x - 1.0) * rsqrt(x + 1.0); }
};

struct Atanh {
    static constexpr Info info{OpCode::atanh, "atanh", -0.8, 0.8};
    static auto forward(auto x) { return atanh(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g / ((1.0 - x) * (1.0 + x)); }
};

struct Rsqrt {
    static constexpr Info info{OpCode::rsqrt, "rsqrt", 0.2, 9};
    static auto forward(auto x) { return one(x) / sqrt(x); }
    static auto vjp(auto x, auto y, auto g) { return g * -0.5 * y / x; }
};

struct Expm1 {  // the slope is not y + 1: that has no digits left where y is near -1
    static constexpr Info info{OpCode::expm1, "expm1", -4, 4};
    static auto forward(auto x) { return expm1(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g * exp(x); }
};

struct Log1p {
    static constexpr Info info{OpCode::log1p, "log1p", -0.7, 5};
    static auto forward(auto x) { return log1p(x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g / (1.0 + x); }
};

struct Silu {  // x σ(x); Hendrycks & Gimpel 2016, Elfwing et al. 2018
    static constexpr Info info{OpCode::silu, "silu", -6, 6};
    static auto forward(auto x) { return x / (one(x) + exp(-x)); }
    static auto vjp(auto x, auto y, auto g) {
        auto gate = sigmoid(x);
        return g * (gate + y * (1.0 - gate));
    }
};

// x (1 + tanh u) / 2 with u = √(2/π) (x + 0.044715 x³), near gelu; Hendrycks & Gimpel 2016, section 2. Written as
// x σ(2u), the same number, which does not cancel for negative x.
struct GeluTanh {
    static constexpr Info info{OpCode::gelu_tanh, "gelu_tanh", -4, 4};
    static auto forward(auto x) {
        auto twice_u = x * constant(x, 1.5957691216057307117) * (one(x) + constant(x, 0.044715) * x * x);
        return x / (one(x) + exp(-twice_u));
    }
    static auto vjp(auto x, auto y, auto g) {
        auto gate = sigmoid(x * 1.5957691216057307117 * (1.0 + square(x) * 0.044715));
        auto steepness = (1.0 + square(x) * 0.134145) * 1.5957691216057307117;  // d 2u / dx
        return g * (gate + y * (1.0 - gate) * steepness);
    }
};

struct Floor {  // steps: their slope is 0 wherever it exists
    static constexpr Info info{OpCode::floor, "floor", -3, 3, {.kink = 0, .differentiable = false}};
    static auto forward(auto x) { return floor(x); }
};

struct Round {  // halves to the even neighbour, as IEEE 754 and NumPy
    static constexpr Info info{OpCode::round, "round", -3, 3, {.kink = 0.5, .differentiable = false}};
    static auto forward(auto x) { return nearbyint(x); }
};

using UnaryOps =
    OpList<Neg, Abs, Sign, Sqrt, Square, Exp, Log, Tanh, Sigmoid, Relu, Softplus, Gelu, Erf, Sin, Cos, Tan, Asin, Acos,
           Atan, Sinh, Cosh, Asinh, Acosh, Atanh, Rsqrt, Expm1, Log1p, Silu, GeluTanh, Floor, Round>;

}  // namespace gradpath::formula
