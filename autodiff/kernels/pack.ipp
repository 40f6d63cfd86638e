// Packing: lines that are copied, and rows that are turned into columns. Turning assembles vectors from pieces of 16
// bytes of many rows, which costs a load each, so that only the 4 x 4 (2 x 2) numbers within a piece need shuffles.
namespace gradpath::kernels {
namespace {

template <class T, Index lanes>
struct RawVector {
    typedef T Type __attribute__((vector_size(static_cast<std::size_t>(lanes) * sizeof(T))));
};
template <class T, Index lanes>
using Raw = typename RawVector<T, lanes>::Type;

/// n < 2 · most numbers by two moves that may overlap.
template <Index most, class T>
void copy_few(const T* from, Index n, T* to) {
    if (n >= most) {
        constexpr std::size_t bytes = static_cast<std::size_t>(most) * sizeof(T);
        __builtin_memcpy(to, from, bytes);
        __builtin_memcpy(to + n - most, from + n - most, bytes);
    } else if constexpr (most > 1) {
        copy_few<most / 2>(from, n, to);
    }
}

template <class L, class T = typename L::Scalar>
void copy_lines_loop(const T* from, Index step_from, Index lines, Index count, T* to, Index step_to) {
    const Index rest = count % L::size, whole = count - rest;
    for (Index l = 0; l < lines; ++l, from += step_from, to += step_to) {
        for (Index i = 0; i < whole; i += L::size) L::load(from + i).store(to + i);
        if (rest == 0) continue;
        if (whole > 0) L::load(from + count - L::size).store(to + count - L::size);
        else copy_few<L::size / 2>(from, rest, to);
    }
}

/// The 16 bytes at `place` of every fourth (second) row, side by side.
template <Index lanes, class T>
[[gnu::always_inline]] inline Raw<T, lanes> side_by_side(const T* const* rows, Index place) {
    constexpr Index half = lanes / 2;
    if constexpr (lanes * static_cast<Index>(sizeof(T)) == 16) {
        Raw<T, lanes> piece;
        __builtin_memcpy(&piece, rows[0] + place, 16);
        return piece;
    } else {
        return [&]<int... e>(std::integer_sequence<int, e...>) {
            return __builtin_shufflevector(side_by_side<half>(rows, place), side_by_side<half>(rows + half, place),
                                           e...);
        }
        (std::make_integer_sequence<int, static_cast<int>(lanes)>{});
    }
}

/// Number e of the lower (upper) halves of each 16 bytes of a and b, mixed in units.
template <Index lanes, Index piece, Index unit, bool upper>
constexpr int zipped(Index e) {
    const Index base = e / piece * piece, k = e % piece / unit;
    return static_cast<int>(base + (upper ? piece / 2 : 0) + k / 2 * unit + e % unit + (k % 2) * lanes);
}
template <Index lanes, Index unit, bool upper, class T>
[[gnu::always_inline]] inline Raw<T, lanes> zip(Raw<T, lanes> a, Raw<T, lanes> b) {
    constexpr Index piece = 16 / static_cast<Index>(sizeof(T));
    return [&]<int... e>(std::integer_sequence<int, e...>) {
        return __builtin_shufflevector(a, b, zipped<lanes, piece, unit, upper>(e)...);
    }
    (std::make_integer_sequence<int, static_cast<int>(lanes)>{});
}

/// lines[i] = the numbers at place + i of `lanes` rows.
template <Index lanes, class T>
[[gnu::always_inline]] inline void turn_piece(const T* const* rows, Index place, Raw<T, lanes>* lines) {
    if constexpr (sizeof(T) == 8) {
        const auto a = side_by_side<lanes>(rows, place), b = side_by_side<lanes>(rows + 1, place);
        lines[0] = zip<lanes, 1, false, T>(a, b);
        lines[1] = zip<lanes, 1, true, T>(a, b);
    } else {
        const auto a = side_by_side<lanes>(rows, place), b = side_by_side<lanes>(rows + 1, place);
        const auto c = side_by_side<lanes>(rows + 2, place), d = side_by_side<lanes>(rows + 3, place);
        const auto low_ab = zip<lanes, 1, false, T>(a, b), high_ab = zip<lanes, 1, true, T>(a, b);
        const auto low_cd = zip<lanes, 1, false, T>(c, d), high_cd = zip<lanes, 1, true, T>(c, d);
        lines[0] = zip<lanes, 2, false, T>(low_ab, low_cd);
        lines[1] = zip<lanes, 2, true, T>(low_ab, low_cd);
        lines[2] = zip<lanes, 2, false, T>(high_ab, high_cd);
        lines[3] = zip<lanes, 2, true, T>(high_ab, high_cd);
    }
}

/// Groups of a vector's length of rows, line by line: a line may spill over into the next, which is written later. The
/// last piece is moved back to end with the rows.
template <class L, Index groups, class T>
void turn_rows(const T* const* rows, Index depth, T* to, Index step) {
    constexpr Index piece = 16 / static_cast<Index>(sizeof(T));
    for (Index next = 0; next < depth && piece <= depth; next += piece) {
        const Index p = next + piece <= depth ? next : depth - piece;
        Raw<T, L::size> lines[groups][static_cast<std::size_t>(piece)];
        for (Index g = 0; g < groups; ++g) turn_piece<L::size>(rows + g * L::size, p, lines[g]);
        for (Index i = 0; i < piece; ++i)
            for (Index g = 0; g < groups; ++g)
                __builtin_memcpy(to + (p + i) * step + g * L::size, &lines[g][i], sizeof lines[g][i]);
    }
    if (depth >= piece) return;
    for (Index p = 0; p < depth; ++p)
        for (Index r = 0; r < groups * L::size; ++r) to[p * step + r] = rows[r][p];
}

template <class L, class T = typename L::Scalar>
void turn_loop(const T* const* rows, Index count, Index depth, T* to, Index step_to) {
    const T* row[2 * static_cast<std::size_t>(L::size)];  // the last one fills up, and what it gives is overwritten
    for (Index r = 0; r < 2 * L::size; ++r) row[r] = rows[r < count ? r : count - 1];
    if (count <= L::size) turn_rows<L, 1>(row, depth, to, step_to);
    else turn_rows<L, 2>(row, depth, to, step_to);
}

template <class L, class T = typename L::Scalar>
void fill_pack(Table<T>& table) {
    table.copy_lines = &copy_lines_loop<L>;
    table.turn = &turn_loop<L>;
}

}  // namespace
}  // namespace gradpath::kernels
