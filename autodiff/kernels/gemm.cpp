// Matrix products in the manner of BLIS (Van Zee & van de Geijn 2015): b is packed into panels as wide as a register
// tile and shared; blocks of rows, times groups of panels, are the tasks; a block of a is packed where that pays. An
// element is c = Σ over blocks of the depth, in order, of a chain from 0 within the block. The block length belongs to
// the instruction set, so packing, tiles, edges, the number of rows and threads never touch the order of the sum.
// Small problems take the same way without packing what can be read in place, and in one task.
#include <algorithm>
#include <optional>

#include <gradpath/autodiff/kernels/panels.hpp>
#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/scratch.hpp>

namespace gradpath::kernels {
namespace {

constexpr Index one_task = 1 << 18;  // multiply-adds that are not worth waking a thread for
constexpr Index few_numbers = 8192;  // that leave room in the first-level cache

/// What comes after the sums, while they are in the first-level cache.
template <Real T>
void finish(const Product<T>& product, T* c, Index rows, Index column, Index width) {
    if (product.bias == nullptr && !product.relu) return;
    const T* const bias = product.bias == nullptr ? nullptr : product.bias + column;
    table<T>().finish(c, product.c_row, rows, width, bias, product.relu);
}

/// a with zeros where it does not count, for some rows and some of the depth: dense.
template <Real T>
void mask(const Product<T>& product, Span rows, Span depth, T* to) {
    const auto loop = table<T>().binary[place(OpCode::relu_vjp, OpCode::add)];
    const bool dense = product.a_row == depth.count;
    const Index lines = dense ? 1 : rows.count, length = dense ? rows.count * depth.count : depth.count;
    for (Index r = 0; r < lines; ++r) {
        const Index from = (rows.first + r) * product.a_row + depth.first;
        loop(product.a_where + from, 1, product.a + from, 1, to + r * length, length);
    }
}

/// Some rows of c times some of the panels.
template <Real T>
void multiply_block(const Product<T>& product, const GemmTiles<T>& tiles, const Columns<T>& columns, Span rows,
                    Span panels) {
    const Index depth = columns.depth.count, most = even_part(rows.count, tiles.rows);
    const bool masked = product.a_where != nullptr, pack = panels.count >= 6 && rows.count > 1;
    std::optional<Scratch<T>> kept, packed, room;
    if (masked) mask(product, rows, columns.depth, kept.emplace(rows.count * depth).get());
    const Index a_row = masked ? depth : product.a_row, a_depth = masked ? 1 : product.a_depth;
    const T* const a = masked ? kept->get() : product.a + rows.first * a_row + columns.depth.first * a_depth;
    if (pack) packed.emplace(rows.count * depth + widest);  // the last line may be written beyond its end
    if (pack) pack_rows(a, a_row, a_depth, rows.count, depth, most, packed->get());
    if (columns.late()) room.emplace(tiles.columns * depth);
    for (Index panel = panels.first; panel < panels.first + panels.count; ++panel) {
        const Index column = columns.columns.first + panel * tiles.columns, width = columns.width(panel);
        T* const c = product.c + rows.first * product.c_row + column;
        const T* const b = columns.data(panel, room ? room->get() : nullptr);
        for (Index row = 0; row < rows.count; row += most) {
            const Index height = std::min(most, rows.count - row);
            multiply_tile(tiles, height, width, depth, pack ? packed->get() + row * depth : a + row * a_row,
                          pack ? 1 : a_row, pack ? height : a_depth, b, columns.offsets(panel), c + row * product.c_row,
                          product.c_row, columns.depth.first > 0);
        }
        if (columns.depth.first + depth == product.k) finish(product, c, rows.count, column, width);
    }
}

/// Many rows of few columns, which would leave most lanes idle: they are as good as few rows of many columns.
template <Real T>
bool is_tall(const Product<T>& product, const GemmTiles<T>& tiles) {
    return product.n <= tiles.columns / 8 && product.m >= 2 * tiles.columns;
}

/// By kernels with rows in the lanes, some rows at a time: those of a are still in the first-level cache when masked.
template <Real T>
void multiply_tall(const Product<T>& product, const GemmTiles<T>& tiles) {
    const Index at_once = std::max<Index>(tiles.columns, few_numbers / product.k / tiles.columns * tiles.columns);
    const Index grain = ceil_div(one_task / product.n / product.k + 1, at_once) * at_once;
    const auto some_rows = [&](Span rows) {
        std::optional<Scratch<T>> kept;
        Product<T> part = product;
        part.m = rows.count;
        part.c += rows.first * product.c_row;
        part.a += rows.first * product.a_row;
        if (product.a_where != nullptr) {
            part.a = kept.emplace(rows.count * product.k).get();
            mask(product, rows, {0, product.k}, kept->get());
            part.a_row = product.k;
        }
        for (Index depth = 0; depth < product.k; depth += tiles.depth)
            table<T>().tall(part, {depth, std::min(depth + tiles.depth, product.k)});
    };
    parallel_for(product.m, grain, [&](Index first, Index last) {
        for (Index row = first; row < last; row += at_once) some_rows({row, std::min(at_once, last - row)});
    });
}

/// The product turned by a quarter, cᵀ = bᵀ aᵀ: every element is the same chain.
template <Real T>
void multiply_turned(const Product<T>& product) {
    const Index m = product.m, n = product.n;
    const Scratch<T> turned(m * n);
    multiply(Product<T>{.m = n,
                        .n = m,
                        .k = product.k,
                        .a = product.b,
                        .a_row = product.b_column,
                        .a_depth = product.b_depth,
                        .b = product.a,
                        .b_depth = product.a_depth,
                        .b_column = product.a_row,
                        .c = turned.get(),
                        .c_row = m});
    for (Index i = 0; i < m; ++i)
        for (Index j = 0; j < n; ++j) product.c[i * product.c_row + j] = turned[j * m + i];
    finish(product, product.c, m, 0, n);
}

/// Packs what is not packed late.
template <Real T>
void pack_panels(const Product<T>& product, const GemmTiles<T>& tiles, const Columns<T>& columns, bool small) {
    const Index panels = columns.panels();
    if (columns.late()) return;
    if (reads_in_place(product, tiles)) return columns.pack(panels - 1);
    const Index grain = small ? panels : std::max<Index>(1, 32768 / (columns.depth.count * tiles.columns));
    parallel_for(panels, grain, [&](Index first, Index last) {
        for (Index panel = first; panel < last; ++panel) columns.pack(panel);
    });
}

/// All rows of c: packs the panels, then spreads blocks of rows, times groups of panels, over the threads. Few rows
/// with b in place are two blocks: a thread has some of them in its caches, and of b each can have a copy.
template <Real T>
void multiply_columns(const Product<T>& product, const GemmTiles<T>& tiles, const Columns<T>& columns) {
    const Index m = product.m, panels = columns.panels();
    const bool small = m * columns.columns.count * columns.depth.count <= one_task;
    pack_panels(product, tiles, columns, small);
    const bool halves = !small && !columns.late() && m >= 2 * tiles.rows && m <= row_block;
    const Index blocks = halves ? 2 : ceil_div(m, row_block), share = ceil_div(m, blocks);
    const Index rows = halves ? share : ceil_div(share, tiles.rows) * tiles.rows;
    const Index groups = std::min(panels, ceil_div(8, blocks)), group = ceil_div(panels, groups);
    parallel_for(blocks * groups, small ? blocks * groups : 1, [&](Index first, Index last) {
        for (Index task = first; task < last; ++task) {
            const Index row = task / groups * rows, panel = task % groups * group;
            if (row >= m || panel >= panels) continue;
            multiply_block(product, tiles, columns, {row, std::min(rows, m - row)},
                           {panel, std::min(group, panels - panel)});
        }
    });
}

}  // namespace

template <Real T>
void pack_rows(const T* a, Index a_row, Index a_depth, Index rows, Index depth, Index height, T* packed) {
    for (Index first = 0; first < rows; first += height) {
        const Index count = std::min(height, rows - first);
        pack(a + first * a_row, a_row, a_depth, count, depth, packed, count);
        packed += depth * count;
    }
}

template <Real T>
void multiply_tile(const GemmTiles<T>& tiles, Index rows, Index columns, Index depth, const T* a, Index a_row,
                   Index a_depth, const T* b, const Index* offsets, T* c, Index c_row, bool add) {
    const bool narrow = columns <= tiles.columns / 2;
    const Index width = narrow ? tiles.columns / 2 : tiles.columns;
    const auto run = (narrow ? tiles.narrow : tiles.wide)[rows - 1];
    if (columns == width) return run(depth, a, a_row, a_depth, b, offsets, c, c_row, add);
    alignas(64) T edge[GemmTiles<T>::most_rows * 32];
    run(depth, a, a_row, a_depth, b, offsets, edge, width, false);
    for (Index r = 0; r < rows; ++r)
        for (Index j = 0; j < columns; ++j)
            c[r * c_row + j] = add ? c[r * c_row + j] + edge[r * width + j] : edge[r * width + j];
}

template <Real T>
void multiply(const Product<T>& product) {
    const Index m = product.m, n = product.n, k = product.k;
    if (m <= 0 || n <= 0) return;
    if (k <= 0) {
        for (Index i = 0; i < m; ++i) std::fill_n(product.c + i * product.c_row, n, T(0));
        return finish(product, product.c, m, 0, n);
    }
    const GemmTiles<T>& tiles = table<T>().gemm;
    if (is_tall(product, tiles)) {
        if (product.a_depth == 1 && table<T>().tall != nullptr) return multiply_tall(product, tiles);
        if (product.a_where == nullptr) return multiply_turned(product);
    }
    const bool few = reads_in_place(product, tiles) || packs_late(product, tiles);
    const Index packed = few ? tiles.columns : ceil_div(std::min(n, most_columns), tiles.columns) * tiles.columns;
    const Scratch<T> buffer(packed * std::min(k, tiles.depth));
    for (Index column = 0; column < n; column += most_columns)
        for (Index depth = 0; depth < k; depth += tiles.depth) {
            const Columns<T> columns(product, tiles, {depth, std::min(tiles.depth, k - depth)},
                                     {column, std::min(most_columns, n - column)}, buffer.get());
            multiply_columns(product, tiles, columns);
        }
}

template <Real T>
void gemm(const Gemm<T>& g) {
    multiply(Product<T>{.m = g.m,
                        .n = g.n,
                        .k = g.k,
                        .a = g.a,
                        .a_row = g.transpose_a ? 1 : g.k,
                        .a_depth = g.transpose_a ? g.m : 1,
                        .b = g.b,
                        .b_depth = g.transpose_b ? 1 : g.n,
                        .b_column = g.transpose_b ? g.k : 1,
                        .c = g.c,
                        .c_row = g.n,
                        .bias = g.bias,
                        .relu = g.relu,
                        .a_where = g.a_where});
}

template <Real T>
void gemm_batch(std::span<const Gemm<T>> calls) {
    if (calls.empty()) return;
    const Index count = static_cast<Index>(calls.size());
    const Index work = std::max<Index>(1, calls[0].m * calls[0].n * calls[0].k);
    if (count < 8 && work > 16 * one_task) {  // few and large: each splits itself
        for (const Gemm<T>& call : calls) gemm(call);
        return;
    }
    parallel_for(count, std::max<Index>(1, one_task / work), [=](Index first, Index last) {
        for (Index i = first; i < last; ++i) gemm(calls[static_cast<std::size_t>(i)]);
    });
}

template void multiply(const Product<float>&);
template void multiply(const Product<double>&);
template void pack_rows(const float*, Index, Index, Index, Index, Index, float*);
template void pack_rows(const double*, Index, Index, Index, Index, Index, double*);
template void multiply_tile(const GemmTiles<float>&, Index, Index, Index, const float*, Index, Index, const float*,
                            const Index*, float*, Index, bool);
template void multiply_tile(const GemmTiles<double>&, Index, Index, Index, const double*, Index, Index, const double*,
                            const Index*, double*, Index, bool);
template void gemm(const Gemm<float>&);
template void gemm(const Gemm<double>&);
template void gemm_batch(std::span<const Gemm<float>>);
template void gemm_batch(std::span<const Gemm<double>>);

}  // namespace gradpath::kernels
