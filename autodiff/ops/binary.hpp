#pragma once
// y = f(a, b), one pair at a time; broadcasting and its adjoint are added by elementwise.cpp, so no rule mentions
// shapes. A rule returns the cotangents of a and b; each is computed only if it is asked for, hence two functions.
#include <gradpath/autodiff/op_code.hpp>
#include <gradpath/autodiff/ops/formula.hpp>

namespace gradpath::formula {

struct Add {
    static constexpr Info info{OpCode::add, "add", -3, 3};
    static auto forward(auto a, auto b) { return a + b; }
    static auto vjp_a(auto /*a*/, auto /*b*/, auto /*y*/, auto g) { return g; }
    static auto vjp_b(auto /*a*/, auto /*b*/, auto /*y*/, auto g) { return g; }
};

struct Sub {
    static constexpr Info info{OpCode::sub, "sub", -3, 3};
    static auto forward(auto a, auto b) { return a - b; }
    static auto vjp_a(auto /*a*/, auto /*b*/, auto /*y*/, auto g) { return g; }
    static auto vjp_b(auto /*a*/, auto /*b*/, auto /*y*/, auto g) { return -g; }
};

struct Mul {
    static constexpr Info info{OpCode::mul, "mul", -3, 3};
    static auto forward(auto a, auto b) { return a * b; }
    static auto vjp_a(auto /*a*/, auto b, auto /*y*/, auto g) { return g * b; }
    static auto vjp_b(auto a, auto /*b*/, auto /*y*/, auto g) { return g * a; }
};

struct Div {
    static constexpr Info info{OpCode::div, "div", 0.5, 3};
    static auto forward(auto a, auto b) { return a / b; }
    static auto vjp_a(auto /*a*/, auto b, auto /*y*/, auto g) { return g / b; }
    static auto vjp_b(auto /*a*/, auto b, auto y, auto g) { return -(g * y / b); }
};

struct Pow {  // the slope in b is aᵇ log a, taken as 0 at a = 0
    static constexpr Info info{OpCode::pow, "pow", 0.3, 2.5};
    static auto forward(auto a, auto b) { return power(a, b); }
    /// b aᵇ⁻¹. At b = 0, where 0 · a⁻¹ might be 0 · inf, it is b / a · aᵇ; the division is for slopes in b alone.
    static auto vjp_a(auto a, auto b, auto /*y*/, auto g) {
        const auto lower = not_equal(b, 0.0), exponent = b - lower, rest = pow(a, exponent);
        if (!exponent.is_tracked()) return g * (b * rest);
        const auto divides = greater(abs(a), 0.0);  // where it does not, the slope in b is taken as 0 here, too
        return g * (b * maximum(lower, divides) / where(less(lower, divides), a, ones_like(a)) * rest);
    }
    static auto vjp_b(auto a, auto /*b*/, auto y, auto g) {
        return where(equal(a, 0.0), zeros_like(a), g * y * log(where(equal(a, 0.0), ones_like(a), a)));
    }
};

struct Maximum {  // at a tie each side gets half: the symmetric subgradient
    static constexpr Info info{OpCode::maximum, "maximum", -3, 3, {.kink = 0, .slope_at_kink = 0.5}};
    static auto forward(auto a, auto b) { return select(a > b, a, select(a <= b, b, a + b)); }  // NaN stays NaN
    static auto vjp_a(auto a, auto b, auto /*y*/, auto g) { return g * (greater(a, b) + equal(a, b) * 0.5); }
    static auto vjp_b(auto a, auto b, auto /*y*/, auto g) { return g * (greater(b, a) + equal(a, b) * 0.5); }
};

struct Minimum {
    static constexpr Info info{OpCode::minimum, "minimum", -3, 3, {.kink = 0, .slope_at_kink = 0.5}};
    static auto forward(auto a, auto b) { return select(a < b, a, select(a >= b, b, a + b)); }
    static auto vjp_a(auto a, auto b, auto /*y*/, auto g) { return g * (greater(b, a) + equal(a, b) * 0.5); }
    static auto vjp_b(auto a, auto b, auto /*y*/, auto g) { return g * (greater(a, b) + equal(a, b) * 0.5); }
};

struct Greater {
    static constexpr Info info{OpCode::greater, "greater", -3, 3, {.differentiable = false}};
    static auto forward(auto a, auto b) { return select(a > b, one(a), zero(a)); }
};

struct GreaterEqual {
    static constexpr Info info{OpCode::greater_equal, "greater_equal", -3, 3, {.differentiable = false}};
    static auto forward(auto a, auto b) { return select(a >= b, one(a), zero(a)); }
};

struct Equal {
    static constexpr Info info{OpCode::equal, "equal", -3, 3, {.differentiable = false}};
    static auto forward(auto a, auto b) { return select(a == b, one(a), zero(a)); }
};

struct ReluVjp {  // (x, g) ↦ g where x > 0: linear in g, piecewise constant in x
    static constexpr Info info{OpCode::relu_vjp, "relu_vjp", -3, 3, {.kink = 0, .slope_at_kink = 0, .kink_of_a = true}};
    static auto forward(auto x, auto g) { return select(x > zero(x), g, zero(g)); }
    static auto vjp_a(auto /*x*/, auto /*g*/, auto /*y*/, auto h) { return zeros_like(h); }
    static auto vjp_b(auto x, auto /*g*/, auto /*y*/, auto h) { return relu_vjp(x, h); }
};

struct Less {
    static constexpr Info info{OpCode::less, "less", -3, 3, {.differentiable = false}};
    static auto forward(auto a, auto b) { return select(a < b, one(a), zero(a)); }
};

struct LessEqual {
    static constexpr Info info{OpCode::less_equal, "less_equal", -3, 3, {.differentiable = false}};
    static auto forward(auto a, auto b) { return select(a <= b, one(a), zero(a)); }
};

struct NotEqual {  // NaN differs from everything
    static constexpr Info info{OpCode::not_equal, "not_equal", -3, 3, {.differentiable = false}};
    static auto forward(auto a, auto b) { return select(a == b, zero(a), one(a)); }
};

struct Atan2 {  // the angle of the point (b, a); it has no slope at the origin (NaN)
    static constexpr Info info{OpCode::atan2, "atan2", 0.4, 3};
    static auto forward(auto a, auto b) { return atan2(a, b); }
    static auto vjp_a(auto a, auto b, auto /*y*/, auto g) { return g * b / (square(a) + square(b)); }
    static auto vjp_b(auto a, auto b, auto /*y*/, auto g) { return -(g * a / (square(a) + square(b))); }
};

struct LeakyRelu {  // Maas et al. 2013; at the kink the slope of the left side. -relu(-x) is min(x, 0)
    static constexpr Info info{
        OpCode::leaky_relu, "leaky_relu", -3, 3, {.kink = 0, .slope_at_kink = 0.5, .kink_of_a = true}};
    static auto forward(auto x, auto slope) { return select(x > zero(x), x, slope * x); }
    static auto vjp_a(auto x, auto slope, auto /*y*/, auto g) {
        return g * where(greater(x, 0.0), ones_like(slope), slope);
    }
    static auto vjp_b(auto x, auto /*slope*/, auto /*y*/, auto g) { return -(g * relu(-x)); }
};

struct Elu {  // Clevert et al. 2016; at the kink the slope of the left side. exp sees no large x: 0 · inf would be NaN
    static constexpr Info info{OpCode::elu, "elu", -3, 3, {.kink = 0, .slope_at_kink = 0.5, .kink_of_a = true}};
    static auto forward(auto x, auto alpha) { return select(x > zero(x), x, alpha * expm1(x)); }
    static auto vjp_a(auto x, auto alpha, auto /*y*/, auto g) {
        return g * where(greater(x, 0.0), ones_like(alpha), alpha * exp(-relu(-x)));
    }
    static auto vjp_b(auto x, auto /*alpha*/, auto /*y*/, auto g) { return g * expm1(-relu(-x)); }
};

// Slopes of activations with the cotangent g that meets them, in one pass. All are linear in g.

struct TanhVjp {  // (y, g) ↦ g (1 - y²) at y = tanh x
    static constexpr Info info{OpCode::tanh_vjp, "tanh_vjp", -3, 3};
    static auto forward(auto y, auto g) { return g * (one(y) - y * y); }
    static auto vjp_a(auto y, auto g, auto /*s*/, auto h) { return h * g * y * -2.0; }
    static auto vjp_b(auto y, auto /*g*/, auto /*s*/, auto h) { return tanh_vjp(y, h); }
};

struct SigmoidVjp {  // (y, g) ↦ g y (1 - y) at y = σ(x)
    static constexpr Info info{OpCode::sigmoid_vjp, "sigmoid_vjp", -3, 3};
    static auto forward(auto y, auto g) { return g * y * (one(y) - y); }
    static auto vjp_a(auto y, auto g, auto /*s*/, auto h) { return h * g * (1.0 - y * 2.0); }
    static auto vjp_b(auto y, auto /*g*/, auto /*s*/, auto h) { return sigmoid_vjp(y, h); }
};

struct SoftplusVjp {  // (x, g) ↦ g σ(x)
    static constexpr Info info{OpCode::softplus_vjp, "softplus_vjp", -6, 6};
    static auto forward(auto x, auto g) { return g / (one(x) + exp(-x)); }
    static auto vjp_a(auto x, auto g, auto /*s*/, auto h) { return sigmoid_vjp(sigmoid(x), h * g); }
    static auto vjp_b(auto x, auto /*g*/, auto /*s*/, auto h) { return softplus_vjp(x, h); }
};

using BinaryOps = OpList<Add, Sub, Mul, Div, Pow, Maximum, Minimum, Greater, GreaterEqual, Equal, ReluVjp, Less,
                         LessEqual, NotEqual, Atan2, LeakyRelu, Elu, TanhVjp, SigmoidVjp, SoftplusVjp>;

}  // namespace gradpath::formula
