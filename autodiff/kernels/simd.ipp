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
template <class L>
L tangent(L x);  // trig.ipp

/// y, but f(a, b) of the C library, number by number, where `hard` holds: the few arguments that a fast way misses.
template <class L, class F>
L repaired(L y, typename L::Mask hard, L a, L b, F f) {
    if (!xsimd::any(hard)) return y;
    const auto first = a.numbers(), second = b.numbers();
    typename L::Numbers each;
    for (Index i = 0; i < L::size; ++i) each.at[i] = f(first.at[i], second.at[i]);
    return select(hard, L::load(each.at), y);
}
template <class L, class F>
L repaired(L y, typename L::Mask hard, L a, F f) {
    return repaired(y, hard, a, a, [f](auto x, auto) { return f(x); });
}

template <class T, class Arch>
struct Lane {
    using Scalar = T;
    using Batch = xsimd::batch<T, Arch>;
    using Mask = typename Batch::batch_bool_type;
    static constexpr Index size = static_cast<Index>(Batch::size);
    static constexpr T infinity = std::numeric_limits<T>::infinity();
    static constexpr T late = sizeof(T) == 4 ? T(88) : T(709);  // xsimd's exponentials overflow soon after, too early
    struct Numbers {
        alignas(64) T at[static_cast<std::size_t>(size)];
    };

    Batch v;

    static Lane all(T value) { return {Batch(value)}; }
    static Lane load(const T* x) { return {Batch::load_unaligned(x)}; }
    /// The first n ≤ size numbers, `rest` after them; reads nothing beyond.
    static Lane load_some(const T* x, Index n, T rest = T(0)) {
        if (n == size) return load(x);
#ifdef __AVX512F__
        if constexpr (size * sizeof(T) == 64) {
            if constexpr (sizeof(T) == 4) return {_mm512_mask_loadu_ps(Batch(rest), first<__mmask16>(n), x)};
            else return {_mm512_mask_loadu_pd(Batch(rest), first<__mmask8>(n), x)};
        }
#endif
#ifdef __AVX2__
        if constexpr (size * sizeof(T) == 32) {
            const __m256i mask = first_lanes(n);
            if constexpr (sizeof(T) == 4)
                return {_mm256_blendv_ps(Batch(rest), _mm256_maskload_ps(x, mask), _mm256_castsi256_ps(mask))};
            else return {_mm256_blendv_pd(Batch(rest), _mm256_maskload_pd(x, mask), _mm256_castsi256_pd(mask))};
        }
#endif
        Numbers padded;
        for (Index i = 0; i < size; ++i) padded.at[i] = i < n ? x[i] : rest;
        return {Batch::load_aligned(padded.at)};
    }
    void store(T* y) const { v.store_unaligned(y); }
    void store_some(T* y, Index n) const {
        if (n == size) return store(y);
#ifdef __AVX512F__
        if constexpr (size * sizeof(T) == 64) {
            if constexpr (sizeof(T) == 4) return _mm512_mask_storeu_ps(y, first<__mmask16>(n), v);
            else return _mm512_mask_storeu_pd(y, first<__mmask8>(n), v);
        }
#endif
#ifdef __AVX2__
        if constexpr (size * sizeof(T) == 32) {
            if constexpr (sizeof(T) == 4) return _mm256_maskstore_ps(y, first_lanes(n), v);
            else return _mm256_maskstore_pd(y, first_lanes(n), v);
        }
#endif
        const Numbers padded = numbers();
        for (Index i = 0; i < n; ++i) y[i] = padded.at[i];
    }
#if defined __AVX512F__
    using Part = std::conditional_t<sizeof(T) == 4, __mmask16, __mmask8>;
    static Part part(Index from, Index to) { return static_cast<Part>(first<Part>(to) & ~first<Part>(from)); }
    static Lane load_part(const T* x, Part lanes) {
        if constexpr (sizeof(T) == 4) return {_mm512_maskz_loadu_ps(lanes, x)};
        else return {_mm512_maskz_loadu_pd(lanes, x)};
    }
#elif defined __AVX2__
    using Part = __m256i;
    static Part part(Index from, Index to) { return _mm256_andnot_si256(first_lanes(from), first_lanes(to)); }
    static Lane load_part(const T* x, Part lanes) {
        if constexpr (sizeof(T) == 4) return {_mm256_maskload_ps(x, lanes)};
        else return {_mm256_maskload_pd(x, lanes)};
    }
#endif
#ifdef __AVX512F__
    template <class Bits>
    static Bits first(Index n) {  // the lowest n bits
        return static_cast<Bits>((1u << n) - 1u);
    }
#endif
#ifdef __AVX2__
    static __m256i first_lanes(Index n) {  // all bits of the lowest n lanes
        if constexpr (sizeof(T) == 8) return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
        else
            return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)),
                                      _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    }
#endif
    Numbers numbers() const {
        Numbers all_of_them;
        v.store_aligned(all_of_them.at);
        return all_of_them;
    }
    /// All lanes as one, in pairs: fixed order.
    template <class Op>
    T across() const {
        Numbers part = numbers();
        for (Index half = size / 2; half > 0; half /= 2)
            for (Index i = 0; i < half; ++i) part.at[i] = Op::one(part.at[i], part.at[i + half]);
        return part.at[0];
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
    friend Lane floor(Lane a) { return {xsimd::floor(a.v)}; }
    friend Lane nearbyint(Lane a) { return {xsimd::nearbyint(a.v)}; }
    /// e eᵃ⁻¹ where xsimd's overflows too early. (A call into the C library would cost all loops their registers.)
    friend Lane exp(Lane a) {
        const Lane y{xsimd::exp(a.v)};
        const Mask far = a > all(late);
        if (!xsimd::any(far)) return y;
        return select(far, Lane{xsimd::exp((a - all(T(1))).v)} * all(T(2.71828182845904523536)), y);
    }
    friend Lane expm1(Lane a) {  // and -0 stays -0
        const Lane y = select(a == all(T(0)), a, {xsimd::expm1(a.v)});
        const Mask far = a > all(late);
        return xsimd::any(far) ? select(far, exp(a), y) : y;
    }
    /// log(2⁵⁴ a) - 54 log 2 for subnormal doubles, which xsimd's takes for others.
    friend Lane log(Lane a) {
        const Lane y{xsimd::log(a.v)};
        if constexpr (sizeof(T) == 4) return y;
        const Mask small = a < all(std::numeric_limits<T>::min());
        if (!xsimd::any(small)) return y;
        return select(small, Lane{xsimd::log((a * all(T(0x1p54))).v)} - all(T(37.429947750237046709)), y);
    }
    friend Lane log1p(Lane a) { return select(a == all(T(0)), a, {xsimd::log1p(a.v)}); }
    friend Lane sinh(Lane a) { return {xsimd::sinh(a.v)}; }
    friend Lane cosh(Lane a) { return {xsimd::cosh(a.v)}; }
    friend Lane tanh(Lane a) { return {xsimd::tanh(a.v)}; }
    friend Lane asinh(Lane a) { return {xsimd::asinh(a.v)}; }
    friend Lane acosh(Lane a) {
        return select(a < all(T(1)), all(std::numeric_limits<T>::quiet_NaN()), {xsimd::acosh(a.v)});
    }
    friend Lane atanh(Lane a) { return {xsimd::atanh(a.v)}; }
    friend Lane erf(Lane a) {  // beyond 6 it is ±1 in either dtype, and xsimd's would overflow
        const Lane six = all(T(6));
        return {xsimd::erf(select(a > six, six, select(a < -six, -six, a)).v)};
    }
    friend Lane sin(Lane a) { return turned_sine(a, 0); }
    friend Lane cos(Lane a) { return turned_sine(a, 1); }
    friend Lane tan(Lane a) { return tangent(a); }
    friend Lane asin(Lane a) { return {xsimd::asin(a.v)}; }
    friend Lane acos(Lane a) { return {xsimd::acos(a.v)}; }
    friend Lane atan(Lane a) { return {xsimd::atan(a.v)}; }
    friend Lane atan2(Lane a, Lane b) {  // xsimd's is NaN at 0 / 0 and inf / inf
        const Lane y{xsimd::atan2(a.v, b.v)};
        return repaired(y, !(y == y), a, b, [](T s, T c) { return std::atan2(s, c); });
    }
    /// The small powers by multiplication, all others by the C library: exp(b log a) loses digits where b log a is
    /// large.
    friend Lane power(Lane a, Lane b) {
        const Mask first = b == all(T(1)), second = b == all(T(2)), third = b == all(T(3)), inverse = b == all(T(-1));
        const Lane square = a * a;
        Lane y = select(second, square, select(third, square * a, select(inverse, all(T(1)) / a, a)));
        return repaired(y, !(first || second || third || inverse), a, b, [](T x, T e) { return std::pow(x, e); });
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
