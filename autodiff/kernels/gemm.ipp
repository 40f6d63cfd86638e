// The register tiles of the products. A tile of R rows and V vectors of columns keeps its R·V accumulators in registers
// (BLIS: Van Zee & van de Geijn 2015); each accumulator is one chain over the depth, whatever R and V are.
namespace gradpath::kernels {
namespace {

template <class L, int R, int V>
[[gnu::always_inline]] inline void clear(L (&sum)[R][V]) {
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
        for (int v = 0; v < V; ++v) sum[r][v] = L::all(0);
}

/// sum[r][v] += left[r step] · the vector at right(v)
template <class L, int R, int V, class T = typename L::Scalar>
[[gnu::always_inline]] inline void add_products(const T* left, Index step, const auto& right, L (&sum)[R][V]) {
    const T* group[(R + 2) / 3];  // one pointer for three rows: few enough for the registers
    group[0] = left;
#pragma GCC unroll 16
    for (int r = 3; r < R; r += 3) group[r / 3] = group[r / 3 - 1] + 3 * step;
    L row[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) row[v] = L::load(right(v));
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
        const L one = L::all(group[r / 3][(r % 3) * step]);
#pragma GCC unroll 8
        for (int v = 0; v < V; ++v) sum[r][v] = fma(one, row[v], sum[r][v]);
    }
}

/// sum[r][v] = Σ_p left(p)[r step] · the vector at right(p, v)
template <class L, int R, int V, class Left, class Right>
[[gnu::always_inline]] inline void accumulate(Index depth, const Left& left, Index step, const Right& right,
                                              L (&sum)[R][V]) {
    clear(sum);
    for (Index p = 0; p < depth; ++p)
        add_products(
            left(p), step, [&](int v) { return right(p, v); }, sum);
}

template <class L, int R, int V, class T = typename L::Scalar>
void gemm_tile(Index depth, const T* a, Index step_row, Index step_depth, const T* b, const Index* offsets, T* c,
               Index step_c, bool add) {
    constexpr int line = 64 / static_cast<int>(sizeof(T)), width = V * static_cast<int>(L::size);
    for (int r = 0; r < R; ++r) {  // all lines of the results, which need not begin with one
        for (int i = 0; i < width; i += line) __builtin_prefetch(c + r * step_c + i, 1);
        __builtin_prefetch(c + r * step_c + width - 1, 1);
    }
    L sum[R][V];
    accumulate(
        depth, [=](Index p) { return a + p * step_depth; }, step_row,
        [=](Index p, int v) { return b + offsets[p] + v * L::size; }, sum);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) {
            T* const at = c + r * step_c + v * L::size;
            (add ? L::load(at) + sum[r][v] : sum[r][v]).store(at);
        }
}

/// Adds the sums of the blocks before and puts the vectors where they go.
template <class L, int R, int V, class T = typename L::Scalar>
[[gnu::always_inline]] inline void store_positions(const PositionTile<T>& tile, const L (&sum)[R][V]) {
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
        for (int v = 0; v < V; ++v) {
            const Index place = (r * V + v) * L::size;
            const L total = tile.before == nullptr ? sum[r][v] : L::load(tile.before + place) + sum[r][v];
            total.store(tile.to == nullptr ? tile.c + place : tile.c + r * tile.step + tile.to[v]);
        }
}

/// A tile of filters times positions: its rows are filters, its vectors stand at places of their own.
template <class L, int R, int V, class T = typename L::Scalar>
void position_tile(Index depth, const T* a, Index step_row, const T* b, const Index* offsets,
                   const PositionTile<T>& tile) {
    const T* at[V];
    for (int v = 0; v < V; ++v) at[v] = b + tile.from[v];
    L sum[R][V];
    accumulate(
        depth, [=](Index p) { return a + p; }, step_row, [&](Index p, int v) { return at[v] + offsets[p]; }, sum);
    store_positions(tile, sum);
}

/// sum[0][v] += Σ_j tap[j] · the vector j + v steps from `from`, in order of j; each vector is loaded once.
template <int taps, class L, int V, class T = typename L::Scalar>
[[gnu::always_inline]] inline void slide(const T* tap, const T* from, Index step, L (&sum)[1][V]) {
    L weight[taps];
    for (int j = 0; j < taps; ++j) weight[j] = L::all(tap[j]);
#pragma GCC unroll 16
    for (int i = 0; i < V + taps - 1; ++i) {
        const L x = L::load(from + i * step);
#pragma GCC unroll 8
        for (int j = 0; j < taps; ++j)
            if (i - j >= 0 && i - j < V) sum[0][i - j] = fma(weight[j], x, sum[0][i - j]);
    }
}

/// The same over runs of taps, with a position of as many images as there are lanes in a vector.
template <class L, int R, int V, class T = typename L::Scalar>
void image_tile(const TapRuns& runs, const T* a, Index step_row, const T* b, const PositionTile<T>& tile) {
    const T* at[V];
    for (int v = 0; v < V; ++v) at[v] = b + tile.from[v];
    L sum[R][V];
    clear(sum);
    for (const TapRun* run = runs.first; run != runs.last; ++run) {
        Index offset = run->offset;
        if constexpr (R == 1) {
            if (runs.slides && run->count == 5) {  // the usual number where a filter alone repays turning images
                slide<5>(a + run->tap, at[0] + offset, runs.step, sum);
                continue;
            }
        }
        for (const T* tap = a + run->tap; tap != a + run->tap + run->count; ++tap, offset += runs.step)
            add_products(
                tap, step_row, [&](int v) { return at[v] + offset; }, sum);
    }
    store_positions(tile, sum);
}

/// A tile of positions times filters: its rows are neighbours, its vectors are filters.
template <class L, int R, int V, class T = typename L::Scalar>
void filter_tile(Index depth, const T* a, const Index* offsets, const T* b, T* c, Index step, bool add) {
    L sum[R][V];
    accumulate(
        depth, [=](Index p) { return a + offsets[p]; }, 1, [=](Index p, int v) { return b + p * step + v * L::size; },
        sum);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) {
            T* const at = c + r * step + v * L::size;
            (add ? L::load(at) + sum[r][v] : sum[r][v]).store(at);
        }
}

/// Vectors of a position tile of R rows: enough chains to hide the latency, few enough for the registers.
template <class L, int R, class T = typename L::Scalar>
constexpr int position_vectors() {
    if (L::size * static_cast<Index>(sizeof(T)) == 64) return R >= 8 ? 2 : (R >= 4 ? 4 : 8);
    return R >= 3 ? 2 : (R == 2 ? 4 : 8);
}

template <class L, int R, class T = typename L::Scalar>
void fill_tiles(GemmTiles<T>& gemm, ConvTiles<T>& conv) {
    if constexpr (R > 0) {
        gemm.wide[R - 1] = &gemm_tile<L, R, 2>;
        gemm.narrow[R - 1] = &gemm_tile<L, R, 1>;
        conv.vectors[R - 1] = position_vectors<L, R>();
        conv.positions[R - 1] = &position_tile<L, R, position_vectors<L, R>()>;
        conv.images[R - 1] = &image_tile<L, R, position_vectors<L, R>()>;
        conv.wide[R - 1] = &filter_tile<L, R, 2>;
        conv.narrow[R - 1] = &filter_tile<L, R, 1>;
        fill_tiles<L, R - 1>(gemm, conv);
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

/// The dot products of a plane with the views of another that `taps` taps have.
template <class L, int taps, class T = typename L::Scalar>
void plane_dots_tile(const Planes<T>& o, const Index* offsets, T* c, bool add) {
    L sum[1][taps];
    clear(sum);
    for (Index row = 0; row < o.rows; ++row)
        for (Index i = 0; i < o.width; i += L::size) {
            const Index n = o.width - i < L::size ? o.width - i : L::size;
            const L left = L::load_some(o.dy + row * o.step_dy + i, n);
            const T* const x = o.x + row * o.step_x + i;
#pragma GCC unroll 8
            for (int k = 0; k < taps; ++k) sum[0][k] = fma(left, L::load_some(x + offsets[k], n), sum[0][k]);
        }
#pragma GCC unroll 8  // an index that varies would keep the sums in memory
    for (int k = 0; k < taps; ++k) {
        const T total = xsimd::hadd(sum[0][k].v);
        c[k] = add ? c[k] + total : total;
    }
}

template <class L, class T = typename L::Scalar>
void plane_dots_loop(const Planes<T>& planes, const Index* offsets, Index taps, T* c, bool add) {
    Index k = 0;
    for (; k + 8 <= taps; k += 8) plane_dots_tile<L, 8>(planes, offsets + k, c + k, add);
    for (; k + 3 <= taps; k += 3) plane_dots_tile<L, 3>(planes, offsets + k, c + k, add);
    for (; k < taps; ++k) plane_dots_tile<L, 1>(planes, offsets + k, c + k, add);
}

/// Bias and activation of numbers that are still in the first-level cache.
template <class L, bool biased, bool relu, class T = typename L::Scalar>
void finish_lines(T* c, Index step, Index rows, Index columns, const T* bias) {
    const auto one = [](auto sum, auto added) {
        if constexpr (biased) sum = sum + added;
        if constexpr (relu) return formula::Relu::forward(sum);
        else return sum;
    };
    Index j = 0;
    for (; j + L::size <= columns; j += L::size) {
        const L added = biased ? L::load(bias + j) : L::all(0);
        for (Index r = 0; r < rows; ++r) one(L::load(c + r * step + j), added).store(c + r * step + j);
    }
    if (j == columns) return;
    for (Index r = 0; r < rows; ++r)
        for (Index i = j; i < columns; ++i) c[r * step + i] = one(c[r * step + i], biased ? bias[i] : T(0));
}

template <class L, class T = typename L::Scalar>
void finish_loop(T* c, Index step, Index rows, Index columns, const T* bias, bool relu) {
    if (bias == nullptr) return relu ? finish_lines<L, false, true>(c, step, rows, columns, bias) : void();
    if (relu) finish_lines<L, true, true>(c, step, rows, columns, bias);
    else finish_lines<L, true, false>(c, step, rows, columns, bias);
}

template <class L, class T = typename L::Scalar>
void fill_gemm(Table<T>& table) {
    constexpr int bytes = static_cast<int>(L::size * static_cast<Index>(sizeof(T)));
    constexpr int rows = bytes == 64 ? 14 : (bytes == 32 ? 6 : 4);  // rows · 2 + 3 registers fit into 32 or 16
    table.gemm.rows = rows;
    table.gemm.columns = 2 * L::size;
    table.gemm.depth = 256;  // a panel of b, depth · columns numbers, stays in a 48 KiB first-level cache
    table.conv.lanes = L::size;
    fill_tiles<L, rows>(table.gemm, table.conv);
    table.dots = &dots_loop<L>;
    table.plane_dots = &plane_dots_loop<L>;
    table.finish = &finish_loop<L>;
}

}  // namespace
}  // namespace gradpath::kernels
