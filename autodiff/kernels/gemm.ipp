// The register tiles of the products. A tile of R rows and V vectors of columns keeps its R·V accumulators in registers
// (BLIS: Van Zee & van de Geijn 2015); each accumulator is one chain over the depth, whatever R and V are.
namespace gradpath::kernels {
namespace {

template <class L, int R, int V, class T = typename L::Scalar>
void gemm_tile(Index depth, const T* a, Index step_row, Index step_depth, const T* b, const Index* offsets, T* c,
               Index step_c, bool add) {
    const T* group[(R + 2) / 3];  // one pointer for three rows: few enough for the general registers
    for (int r = 0; r < R; r += 3) group[r / 3] = a + r * step_row;
    L sum[R][V];
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) sum[r][v] = L::all(0);
    for (Index p = 0; p < depth; ++p) {
        L row[V];
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) row[v] = L::load(b + offsets[p] + v * L::size);
#pragma GCC unroll 16
        for (int r = 0; r < R; ++r) {
            const L left = L::all(group[r / 3][(r % 3) * step_row]);
#pragma GCC unroll 4
            for (int v = 0; v < V; ++v) sum[r][v] = fma(left, row[v], sum[r][v]);
        }
#pragma GCC unroll 16
        for (int r = 0; r < R; r += 3) group[r / 3] += step_depth;
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) {
            T* const at = c + r * step_c + v * L::size;
            (add ? L::load(at) + sum[r][v] : sum[r][v]).store(at);
        }
}

template <class L, int R, class T = typename L::Scalar>
void fill_tiles(GemmTiles<T>& tiles) {
    if constexpr (R > 0) {
        tiles.wide[R - 1] = &gemm_tile<L, R, 2>;
        tiles.narrow[R - 1] = &gemm_tile<L, R, 1>;
        fill_tiles<L, R - 1>(tiles);
    }
}

/// c[R][C] (+)= dot products of R rows with C rows.
template <class L, int R, int C, class T = typename L::Scalar>
void dots_tile(Index n, const T* a, Index step_a, const T* b, Index step_b, T* c, Index step_c, bool add) {
    L sum[R][C];
    for (auto& row : sum)
        for (L& lane : row) lane = L::all(0);
    for (Index l = 0; l < n; l += L::size) {
        L left[R];
#pragma GCC unroll 4
        for (int r = 0; r < R; ++r) left[r] = L::load(a + r * step_a + l);
#pragma GCC unroll 4
        for (int k = 0; k < C; ++k) {
            const L right = L::load(b + k * step_b + l);
#pragma GCC unroll 4
            for (int r = 0; r < R; ++r) sum[r][k] = fma(left[r], right, sum[r][k]);
        }
    }
    for (int r = 0; r < R; ++r)
        for (int k = 0; k < C; ++k) {
            const T total = xsimd::hadd(sum[r][k].v);
            T& at = c[r * step_c + k];
            at = add ? at + total : total;
        }
}

template <class L, class T = typename L::Scalar>
void dots_loop(Index n, const T* a, Index step_a, Index rows, const T* b, Index step_b, Index columns, T* c,
               Index step_c, bool add) {
    constexpr int C = L::size * sizeof(T) == 64 ? 4 : 2;  // as many accumulators as the set has registers for
    const auto row_band = [&]<int R>(Index i) {
        Index j = 0;
        for (; j + C <= columns; j += C)
            dots_tile<L, R, C>(n, a + i * step_a, step_a, b + j * step_b, step_b, c + i * step_c + j, step_c, add);
        for (; j < columns; ++j)
            dots_tile<L, R, 1>(n, a + i * step_a, step_a, b + j * step_b, step_b, c + i * step_c + j, step_c, add);
    };
    Index i = 0;
    for (; i + 4 <= rows; i += 4) row_band.template operator()<4>(i);
    for (; i < rows; ++i) row_band.template operator()<1>(i);
}

template <class L, class T = typename L::Scalar>
void fill_gemm(Table<T>& table) {
    constexpr int bytes = static_cast<int>(L::size * static_cast<Index>(sizeof(T)));
    constexpr int rows = bytes == 64 ? 14 : (bytes == 32 ? 6 : 4);  // rows · 2 + 3 registers fit into 32 or 16
    table.gemm.rows = rows;
    table.gemm.columns = 2 * L::size;
    table.gemm.depth = 256;  // a panel of b, depth · columns numbers, stays in a 48 KiB first-level cache
    fill_tiles<L, rows>(table.gemm);
    table.dots = &dots_loop<L>;
}

}  // namespace
}  // namespace gradpath::kernels
