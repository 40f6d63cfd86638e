// Pools of two by two at stride two, the common case: the windows of a row of outputs are the even and the odd numbers
// of two rows of inputs, a vector of windows at a time. Same bits as the plain loops of pool2d.cpp.
#include <utility>

namespace gradpath::kernels {
namespace {

/// What n ≤ L::size windows hold: above left, above right, below left, below right.
template <class L>
struct Windows {
    L part[4];
};

template <class L>
using Places = std::make_index_sequence<static_cast<std::size_t>(L::size)>;

/// As many whole numbers as L has lanes.
template <class L>
struct Counts {
    using Batch = Raw<std::int32_t, L::size>;
    Batch v;

    static Counts all(Index value) { return {Batch{} + static_cast<std::int32_t>(value)}; }
    /// 0, 2, 4, ..
    static Counts even() {
        Counts counts;
        for (int i = 0; i < static_cast<int>(L::size); ++i) counts.v[i] = 2 * i;
        return counts;
    }
    static Counts of(L x) { return {__builtin_convertvector(x.v.data, Batch)}; }
    L lane() const { return {__builtin_convertvector(v, decltype(L().v.data))}; }
    /// The first n ≤ L::size numbers; reads and writes nothing beyond.
    static Counts load_some(const std::int32_t* x, Index n) {
        Counts counts;
        if (n == L::size) __builtin_memcpy(&counts.v, x, sizeof(Batch));
        else counts.v = load_part(x, n);
        return counts;
    }
    void store_some(std::int32_t* y, Index n) const {
        if (n == L::size) __builtin_memcpy(y, &v, sizeof(Batch));
        else store_part(y, n);
    }

private:
    static auto before(Index n) { return even().v < all(2 * n).v; }
    static Batch load_part(const std::int32_t* x, Index n) {
#ifdef __AVX512F__
        if constexpr (L::size == 16) return Batch(_mm512_maskz_loadu_epi32(L::template first<__mmask16>(n), x));
#endif
#ifdef __AVX2__
        if constexpr (L::size == 8) return Batch(_mm256_maskload_epi32(x, __m256i(before(n))));
        if constexpr (L::size == 4) return Batch(_mm_maskload_epi32(x, __m128i(before(n))));
#endif
        Batch part{};
        for (Index i = 0; i < n; ++i) part[i] = x[i];
        return part;
    }
    void store_part(std::int32_t* y, Index n) const {
#ifdef __AVX512F__
        if constexpr (L::size == 16)
            return _mm512_mask_storeu_epi32(y, L::template first<__mmask16>(n), __m512i(v));
#endif
#ifdef __AVX2__
        if constexpr (L::size == 8) return _mm256_maskstore_epi32(y, __m256i(before(n)), __m256i(v));
        if constexpr (L::size == 4) return _mm_maskstore_epi32(y, __m128i(before(n)), __m128i(v));
#endif
        for (Index i = 0; i < n; ++i) y[i] = v[i];
    }
};

/// The even (first = 0) or odd (first = 1) places of 2 · L::size numbers.
template <int first, class L, std::size_t... I>
L every_second(L a, L b, std::index_sequence<I...>) {
    return {__builtin_shufflevector(a.v.data, b.v.data, (static_cast<int>(2 * I) + first)...)};
}

/// The numbers of a and b by turns, L::size of them from the place `first` of a and b on.
template <int first, class L, std::size_t... I>
L by_turns(L a, L b, std::index_sequence<I...>) {
    constexpr int size = static_cast<int>(L::size);
    return {__builtin_shufflevector(a.v.data, b.v.data, (static_cast<int>(I / 2 + I % 2 * size) + first)...)};
}

/// The left and the right numbers of one row of n ≤ L::size windows.
template <class L, class T = typename L::Scalar>
void load_row(const T* x, Index n, L& left, L& right) {
    const L a = 2 * n >= L::size ? L::load(x) : L::load_some(x, 2 * n);
    const L b = 2 * n > L::size ? L::load_some(x + L::size, 2 * n - L::size) : L::all(0);
    left = every_second<0>(a, b, Places<L>());
    right = every_second<1>(a, b, Places<L>());
}

template <class L, class T = typename L::Scalar>
void store_row(L left, L right, T* y, Index n) {
    constexpr int half = static_cast<int>(L::size / 2);
    const L a = by_turns<0>(left, right, Places<L>()), b = by_turns<half>(left, right, Places<L>());
    if (2 * n >= L::size) a.store(y);
    else a.store_some(y, 2 * n);
    if (2 * n > L::size) b.store_some(y + L::size, 2 * n - L::size);
}

template <class L, class T = typename L::Scalar>
Windows<L> load_windows(const T* x, Index width, Index n) {
    Windows<L> w;
    load_row(x, n, w.part[0], w.part[1]);
    load_row(x + width, n, w.part[2], w.part[3]);
    return w;
}

template <class L, class T = typename L::Scalar>
void store_windows(const Windows<L>& w, T* x, Index width, Index n) {
    store_row(w.part[0], w.part[1], x, n);
    store_row(w.part[2], w.part[3], x + width, n);
}

/// f(first input, first output, count) for each vector of windows of a plane of `rows` by `columns` windows.
template <class L>
void each_windows(Index rows, Index columns, auto&& f) {
    for (Index row = 0; row < rows; ++row)
        for (Index column = 0; column < columns; column += L::size)
            f(4 * row * columns + 2 * column, row * columns + column,
              columns - column < L::size ? columns - column : L::size);
}

/// Where each part of a window stands, counted from its first number.
template <class L>
Windows<L> places_of(Index width) {
    const auto all = [](Index place) { return L::all(static_cast<typename L::Scalar>(place)); };
    return {all(0), all(1), all(width), all(width + 1)};
}

template <class L, class T = typename L::Scalar>
void max_pairs(const T* x, Index rows, Index columns, T* y, std::int32_t* winners) {
    const Windows<L> places = places_of<L>(2 * columns);
    each_windows<L>(rows, columns, [&](Index in, Index out, Index n) {
        const Windows<L> w = load_windows<L>(x + in, 2 * columns, n);
        L best = w.part[0], place = places.part[0];
        for (int k = 1; k < 4; ++k) {  // a number takes over if it is larger than the best so far, or the first NaN
            const auto stays = w.part[k] <= best || !(best == best);
            best = select(stays, best, w.part[k]);
            place = select(stays, place, places.part[k]);
        }
        best.store_some(y + out, n);
        const auto first = Counts<L>::all(in).v + Counts<L>::even().v;
        Counts<L>{first + Counts<L>::of(place).v}.store_some(winners + out, n);
    });
}

template <class L, class T = typename L::Scalar>
void scatter_pairs(const T* dy, const std::int32_t* winners, Index rows, Index columns, T* dx) {
    const Windows<L> places = places_of<L>(2 * columns);
    each_windows<L>(rows, columns, [&](Index in, Index out, Index n) {
        const auto first = Counts<L>::all(in).v + Counts<L>::even().v;
        const L place = Counts<L>{Counts<L>::load_some(winners + out, n).v - first}.lane();
        const L slope = L::load_some(dy + out, n);
        Windows<L> w;
        for (int k = 0; k < 4; ++k) w.part[k] = L::all(0) + select(place == places.part[k], slope, L::all(0));
        store_windows(w, dx + in, 2 * columns, n);
    });
}

template <class L, class T = typename L::Scalar>
void mean_pairs(const T* x, Index rows, Index columns, T* y) {
    each_windows<L>(rows, columns, [&](Index in, Index out, Index n) {
        L total = L::all(0);
        for (const L& part : load_windows<L>(x + in, 2 * columns, n).part) total = total + part;
        total = total * L::all(T(0.25));
        total.store_some(y + out, n);
    });
}

template <class L, class T = typename L::Scalar>
void spread_pairs(const T* dy, Index rows, Index columns, T* dx) {
    each_windows<L>(rows, columns, [&](Index in, Index out, Index n) {
        const L slope = L::load_some(dy + out, n);
        const L share = L::all(0) + slope * L::all(T(0.25));
        store_windows<L>({share, share, share, share}, dx + in, 2 * columns, n);
    });
}

template <class L, class T = typename L::Scalar>
void fill_pools(Table<T>& table) {
    table.max_pairs = &max_pairs<L>;
    table.scatter_pairs = &scatter_pairs<L>;
    table.mean_pairs = &mean_pairs<L>;
    table.spread_pairs = &spread_pairs<L>;
}

}  // namespace
}  // namespace gradpath::kernels
