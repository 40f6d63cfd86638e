// sin, cos and tan of a lane. x = k π/2 + r with |r| ≤ π/4, π/2 split into three parts so that k times the first two is
// exact (Cody & Waite 1980); then the Taylor polynomials of sin r and cos r, whose remainders are below the rounding
// error; then the quadrant k mod 4 picks one of them and a sign, or which divides which. Large, infinite and NaN
// arguments go to the C library, one by one. (xsimd's own versions carry a function that all instruction sets would
// share at link time.)
namespace gradpath::kernels {
namespace {

template <class T>
struct HalfPi;
template <>
struct HalfPi<double> {
    static constexpr double bound = 1e5;  // below it |k| < 2¹⁶; the first two parts have 33 bits
    static constexpr double part[] = {0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69};
    static constexpr int terms = 10;
};
template <>
struct HalfPi<float> {
    static constexpr float bound = 400;  // |k| < 2⁸; 16 bits
    static constexpr float part[] = {0x1.921ep+0f, 0x1.b544p-16f, 0x1.0b461p-34f};
    static constexpr int terms = 6;
};

/// Σ_j (-s)ʲ / (2j + odd)!: with s = r² this is cos r, or sin r / r if `odd` is 1.
template <class L>
L series(L s, int odd) {
    using T = typename L::Scalar;
    constexpr int terms = HalfPi<T>::terms;
    double factor[terms];  // (-1)ʲ / (2j + odd)!
    factor[0] = 1;
    for (int j = 1; j < terms; ++j) factor[j] = -factor[j - 1] / ((2 * j + odd) * (2 * j + odd - 1));
    L total = L::all(static_cast<T>(factor[terms - 1]));
    for (int j = terms - 2; j >= 0; --j) total = total * s + L::all(static_cast<T>(factor[j]));
    return total;
}

/// x = quarters · π/2 + rest.
template <class L>
struct Turn {
    L quarters, rest;
};
template <class L>
Turn<L> turn_of(L x) {
    using T = typename L::Scalar;
    using Pi = HalfPi<T>;
    const L k = nearbyint(x * L::all(static_cast<T>(0.63661977236758134308)));
    const L r = x - k * L::all(Pi::part[0]) - k * L::all(Pi::part[1]) - k * L::all(Pi::part[2]);
    return {k, select(k == L::all(0), x, r)};  // -0 stays -0
}

template <class L>
typename L::Mask far_out(L x) {
    return !(abs(x) <= L::all(HalfPi<typename L::Scalar>::bound));
}

/// sin(x + quarters · π/2): 0 for the sine, 1 for the cosine.
template <class L>
L turned_sine(L x, int quarters) {
    using T = typename L::Scalar;
    const auto [k, r] = turn_of(x);
    const L turn = k + L::all(static_cast<T>(quarters));
    const L quadrant = turn - L::all(4) * floor(turn * L::all(static_cast<T>(0.25)));
    const auto odd = quadrant == L::all(1) || quadrant == L::all(3);
    const L s = r * r;
    const L value = select(odd, series(s, 0), r * series(s, 1));
    const L y = select(quadrant >= L::all(2), -value, value);
    return repaired(y, far_out(x), x, [quarters](T a) { return quarters == 0 ? std::sin(a) : std::cos(a); });
}

template <class L>
L tangent(L x) {
    using T = typename L::Scalar;
    const auto [k, r] = turn_of(x);
    const L half = k * L::all(static_cast<T>(0.5));
    const L s = r * r, sine = r * series(s, 1), cosine = series(s, 0);
    const L y = select(half == floor(half), sine / cosine, -cosine / sine);
    return repaired(y, far_out(x), x, [](T a) { return std::tan(a); });
}

}  // namespace
}  // namespace gradpath::kernels
