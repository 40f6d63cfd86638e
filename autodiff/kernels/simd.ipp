// Lane: a batch of numbers that formulas can be written with. It adds to xsimd 8.1 what that lacks: loads and stores of
// part of a batch, a fused multiply-add on AVX-512, sums across, and the meaning of the reference at NaN, Inf and -0.
// Everything is in an anonymous namespace, so that no two instruction sets ever share a symbol.
#include <cmath>
#include <cstring>
#include <limits>

#include <xsimd/xsimd.hpp>

#include <gradpath/autodiff/kernels/table.hpp>

namespace gradpath::kernels {
namespace {

template <class L>
L turned_sine(L x, int quarters);  // trig.ipp

template <class T, class Arch>
struct Lane {
    using Scalar = T;
    using Batch = xsimd::batch<T, Arch>;
    using Mask = typename Batch::batch_bool_type;
    static constexpr Index size = static_cast<Index>(Batch::size);
    static constexpr T infinity = std::numeric_limits<T>::infinity();

    Batch v;

    static Lane all(T value) { return {Batch(value)}; }
    static Lane load(const T* x) { return {Batch::load_unaligned(x)}; }
    /// The first n < size numbers, `rest` after them; reads nothing beyond.
    static Lane load_some(const T* x, Index n, T rest = T(0)) {
        alignas(64) T padded[static_cast<std::size_t>(size)];
        for (Index i = 0; i < size; ++i) padded[i] = i < n ? x[i] : rest;
        return {Batch::load_aligned(padded)};
    }
    void store(T* y) const { v.store_unaligned(y); }
    void store_some(T* y, Index n) const {
        alignas(64) T padded[static_cast<std::size_t>(size)];
        v.store_aligned(padded);
        for (Index i = 0; i < n; ++i) y[i] = padded[i];
    }
    /// All lanes as one, in pairs: fixed order.
    template <class Op>
    T across() const {
        alignas(64) T part[static_cast<std::size_t>(size)];
        v.store_aligned(part);
        for (Index half = size / 2; half > 0; half /= 2)
            for (Index i = 0; i < half; ++i) part[i] = Op::one(part[i], part[i + half]);
        return part[0];
    }

    friend Lane operator+(Lane a, Lane b) { return {a.v + b.v}; }
    friend Lane operator-(Lane a, Lane b) { return {a.v - b.v}; }
    friend Lane operator*(Lane a, Lane b) { return {a.v * b.v}; }
    friend Lane operator/(Lane a, Lane b) { return {a.v / b.v}; }
    friend Lane operator-(Lane a) { return {a.v * Batch(T(-1))}; }  // xsimd's 0 - a would turn 0 into 0, not -0
    friend Mask operator<(Lane a, Lane b) { return a.v < b.v; }
    friend Mask operator>(Lane a, Lane b) { return a.v > b.v; }
    friend Mask operator<=(Lane a, Lane b) { return a.v <= b.v; }
    friend Mask operator>=(Lane a, Lane b) { return a.v >= b.v; }
    friend Mask operator==(Lane a, Lane b) { return a.v == b.v; }
    friend Lane select(Mask condition, Lane yes, Lane no) { return {xsimd::select(condition, yes.v, no.v)}; }

    friend Lane zero(Lane) { return all(T(0)); }
    friend Lane one(Lane) { return all(T(1)); }
    friend Lane constant(Lane, double value) { return all(static_cast<T>(value)); }
    friend Lane abs(Lane a) { return {xsimd::abs(a.v)}; }
    friend Lane sqrt(Lane a) { return {xsimd::sqrt(a.v)}; }
    friend Lane exp(Lane a) { return {xsimd::exp(a.v)}; }
    friend Lane log(Lane a) { return {xsimd::log(a.v)}; }
    friend Lane log1p(Lane a) { return {xsimd::log1p(a.v)}; }
    friend Lane tanh(Lane a) { return {xsimd::tanh(a.v)}; }
    friend Lane erf(Lane a) {  // beyond 6 it is ±1 in either dtype, and xsimd's would overflow
        const Lane six = all(T(6));
        return {xsimd::erf(select(a > six, six, select(a < -six, -six, a)).v)};
    }
    friend Lane sin(Lane a) { return turned_sine(a, 0); }
    friend Lane cos(Lane a) { return turned_sine(a, 1); }
    /// The small powers by multiplication, all others by the C library: exp(b log a) loses digits where b log a is
    /// large.
    friend Lane power(Lane a, Lane b) {
        const Mask first = b == all(T(1)), second = b == all(T(2)), third = b == all(T(3)), inverse = b == all(T(-1));
        const Lane square = a * a;
        Lane y = select(second, square, select(third, square * a, select(inverse, all(T(1)) / a, a)));
        if (xsimd::all(first || second || third || inverse)) return y;
        alignas(64) T base[static_cast<std::size_t>(size)], exponent[static_cast<std::size_t>(size)];
        a.v.store_aligned(base);
        b.v.store_aligned(exponent);
        for (Index i = 0; i < size; ++i) base[i] = std::pow(base[i], exponent[i]);
        return select(first || second || third || inverse, y, Lane{Batch::load_aligned(base)});
    }
};

/// a b + c: one rounding where the set has the instruction.
template <class T, class Arch>
Lane<T, Arch> fma(Lane<T, Arch> a, Lane<T, Arch> b, Lane<T, Arch> c) {
#ifdef __AVX512F__
    if constexpr (Lane<T, Arch>::size * sizeof(T) == 64) {  // xsimd 8.1 multiplies and adds here
        if constexpr (sizeof(T) == 4) return {_mm512_fmadd_ps(a.v, b.v, c.v)};
        else return {_mm512_fmadd_pd(a.v, b.v, c.v)};
    }
#endif
    return {xsimd::fma(a.v, b.v, c.v)};
}

}  // namespace
}  // namespace gradpath::kernels
