// Products of many rows by few columns: rows stand in the lanes, turned in registers on their way, and each column of c
// is a chain over the depth, as in the tiles.
#include <gradpath/autodiff/kernels/product.hpp>

namespace gradpath::kernels {
namespace {

/// sum[j][g] += the numbers at p of a group of rows · b[p][j]
template <class L, int N, int G, class T = typename L::Scalar>
[[gnu::always_inline]] inline void add_column(const Product<T>& o, Index p, int g, L column, L (&sum)[N][G]) {
    const T* const b = o.b + p * o.b_depth;
#pragma GCC unroll 4
    for (int j = 0; j < N; ++j) sum[j][g] = fma(column, L::all(b[j * o.b_column]), sum[j][g]);
}

/// A column of c for `count` rows: adds the sums of the blocks before, and after the last block bias and activation.
template <class L, class T = typename L::Scalar>
void store_column(const Product<T>& o, Range depth, L sum, T* c, int j, Index count) {
    if (depth.first > 0) {
        typename L::Numbers before{};
        for (Index r = 0; r < count; ++r) before.at[r] = c[r * o.c_row];
        sum = L::load(before.at) + sum;
    }
    if (depth.last == o.k) {
        if (o.bias != nullptr) sum = sum + L::all(o.bias[j]);
        if (o.relu) sum = formula::Relu::forward(sum);
    }
    const auto numbers = sum.numbers();
    for (Index r = 0; r < count; ++r) c[r * o.c_row] = numbers.at[r];
}

/// Columns of c for `count` rows from `row` on, at most two vectors of them; the last row stands in for those beyond.
template <class L, int N, class T = typename L::Scalar>
void tall_group(const Product<T>& o, Range depth, Index row, Index count) {
    constexpr int G = 2;
    constexpr Index piece = 16 / static_cast<Index>(sizeof(T));
    const T* rows[static_cast<std::size_t>(G * L::size)];
    for (Index r = 0; r < G * L::size; ++r) rows[r] = o.a + (row + (r < count ? r : count - 1)) * o.a_row;
    L sum[N][G];
    clear(sum);
    Index p = depth.first;
    for (; p + piece <= depth.last; p += piece)
#pragma GCC unroll 2
        for (int g = 0; g < G; ++g) {
            Raw<T, L::size> lines[static_cast<std::size_t>(piece)];
            turn_piece<L::size>(rows + g * L::size, p, lines);
#pragma GCC unroll 4
            for (Index i = 0; i < piece; ++i) {
                L column;
                __builtin_memcpy(&column.v, &lines[i], sizeof column.v);
                add_column(o, p + i, g, column, sum);
            }
        }
    for (; p < depth.last; ++p)
        for (int g = 0; g < G; ++g) {
            typename L::Numbers column;
            for (Index r = 0; r < L::size; ++r) column.at[r] = rows[g * L::size + r][p];
            add_column(o, p, g, L::load(column.at), sum);
        }
    for (int j = 0; j < N; ++j)
        for (int g = 0; g < G; ++g) {
            const Index first = row + g * L::size, left = count - g * L::size;
            store_column(o, depth, sum[j][g], o.c + first * o.c_row + j, j, left < L::size ? left : L::size);
        }
}

template <class L, int N, class T = typename L::Scalar>
void tall_rows(const Product<T>& o, Range depth) {
    constexpr Index width = 2 * L::size;
    for (Index row = 0; row < o.m; row += width) tall_group<L, N>(o, depth, row, o.m - row < width ? o.m - row : width);
}

template <class L, class T = typename L::Scalar>
void tall_loop(const Product<T>& o, Range depth) {
    constexpr Index most = L::size / 4;
    if constexpr (most >= 3) {
        if (o.n == 4) return tall_rows<L, 4>(o, depth);
        if (o.n == 3) return tall_rows<L, 3>(o, depth);
    }
    if constexpr (most >= 2)
        if (o.n == 2) return tall_rows<L, 2>(o, depth);
    tall_rows<L, 1>(o, depth);
}

template <class L, class T = typename L::Scalar>
void fill_tall(Table<T>& table) {
    if constexpr (L::size >= 4) table.tall = &tall_loop<L>;
}

}  // namespace
}  // namespace gradpath::kernels
