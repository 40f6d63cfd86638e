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
    static auto vjp(auto /*x*/, auto y, auto g) { return g * (1.0 - square(y)); }
};

struct Sigmoid {  // e⁻ˣ overflows to inf for very negative x, and 1/(1+inf) = 0 is right
    static constexpr Info info{OpCode::sigmoid, "sigmoid", -6, 6};
    static auto forward(auto x) { return one(x) / (one(x) + exp(-x)); }
    static auto vjp(auto /*x*/, auto y, auto g) { return g * y * (1.0 - y); }
};

struct Relu {  // NaN stays NaN
    static constexpr Info info{OpCode::relu, "relu", -3, 3, {.kink = 0, .slope_at_kink = 0}};
    static auto forward(auto x) { return select(x < zero(x), zero(x), x); }
    static auto vjp(auto x, auto /*y*/, auto g) { return relu_vjp(x, g); }
};

struct Softplus {  // log(1 + eˣ), written so that neither tail overflows
    static constexpr Info info{OpCode::softplus, "softplus", -10, 10};
    static auto forward(auto x) { return select(x < zero(x), zero(x), x) + log1p(exp(-abs(x))); }
    static auto vjp(auto x, auto /*y*/, auto g) { return g * sigmoid(x); }
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

using UnaryOps = OpList<Neg, Abs, Sign, Sqrt, Square, Exp, Log, Tanh, Sigmoid, Relu, Softplus, Gelu, Erf, Sin, Cos>;

}  // namespace gradpath::formula
