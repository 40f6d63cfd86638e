// Matrix products in the manner of BLIS (Van Zee & van de Geijn 2015): b is packed into panels as wide as a register
// tile and shared; blocks of rows, times groups of panels, are the tasks; a block of a is packed where that pays. An
// element is c = Σ over blocks of the depth, in order, of a chain from 0 within the block. The block length belongs to
// the instruction set, so packing, tiles, edges, the number of rows and threads never touch the order of the sum.
// Small problems take the same way without packing what can be read in place, and in one task.
#include <algorithm>
#include <array>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/product.hpp>
#include <gradpath/autodiff/kernels/scratch.hpp>
#include <gradpath/autodiff/kernels/windows.hpp>

namespace gradpath::kernels {
namespace {

constexpr Index widest = 32;          // no set has wider tiles
constexpr Index deepest = 256;        // no set splits the depth into longer blocks
constexpr Index most_columns = 4096;  // of b packed at once: 4 MiB of floats
constexpr Index row_block = 112;      // rows of a task: a multiple of most tile heights; 112 KiB of floats
constexpr Index one_task = 1 << 18;   // multiply-adds that are not worth waking a thread for
constexpr Index few_numbers = 4096;   // of b that stay in the first-level cache beside a tile's a and c
using Offsets = std::array<Index, deepest>;

/// `count` lines of a matrix become columns of `packed`, which are `step` apart: packed[p step + i] = line i at p.
template <Real T>
void pack(const T* from, Index line, Index along, Index count, Index depth, T* packed, Index step) {
    if (along != 1) return table<T>().copy_lines(from, along, depth, count, packed, step);
    std::array<const T*, widest> lines;
    for (Index i = 0; i < count; ++i) lines[static_cast<std::size_t>(i)] = from + i * line;
    table<T>().turn(lines.data(), count, depth, packed, step);
}

/// Few rows do not repay packing b, if its rows are contiguous. Rows that are whole kilobytes apart would compete for
/// the same few lines of the first-level cache.
template <Real T>
bool reads_in_place(const Product<T>& product, const GemmTiles<T>& tiles) {
    const bool apart = product.b_depth * static_cast<Index>(sizeof(T)) % 1024 != 0;
    return product.b_column == 1 && product.m <= (apart ? 16 : 2) * tiles.rows;
}

struct Span {
    Index first, count;
};

/// One block of rows does not share the panels of b with others: each is packed when its turn comes.
template <Real T>
bool packs_late(const Product<T>& product, const GemmTiles<T>& tiles) {
    return product.m <= row_block && !reads_in_place(product, tiles);
}

/// One block of the depth and of the columns: its panels of b, packed or in place. `buffer` holds all that are packed
/// beforehand.
template <Real T>
class Columns {
public:
    const Span depth, columns;

    Columns(const Product<T>& product, const GemmTiles<T>& tiles, Span depth_span, Span column_span, T* buffer)
        : depth(depth_span),
          columns(column_span),
          width_(tiles.columns),
          b_depth_(product.b_depth),
          b_column_(product.b_column),
          b_(product.b + depth.first * b_depth_ + columns.first * b_column_),
          buffer_(buffer),
          in_place_(reads_in_place(product, tiles)),
          late_(packs_late(product, tiles)) {
        for (Index p = 0; p < depth.count; ++p) {
            packed_[static_cast<std::size_t>(p)] = p * width_;
            direct_[static_cast<std::size_t>(p)] = p * b_depth_;
        }
    }
    Index panels() const { return ceil_div(columns.count, width_); }
    Index width(Index panel) const { return std::min(width_, columns.count - panel * width_); }
    /// A tile reads whole rows of a panel, so the last panel is packed unless it is full.
    bool in_place(Index panel) const { return in_place_ && width(panel) == width_; }
    bool late() const { return late_; }
    void pack(Index panel) const { pack(panel, at(panel)); }
    /// What a tile reads. A late panel is packed into `room`.
    const T* data(Index panel, T* room) const {
        if (in_place(panel)) return b_ + panel * width_;
        if (!late_) return at(panel);
        pack(panel, room);
        return room;
    }
    const Index* offsets(Index panel) const { return in_place(panel) ? direct_.data() : packed_.data(); }

private:
    T* at(Index panel) const { return buffer_ + (in_place_ ? 0 : panel * width_ * depth.count); }
    void pack(Index panel, T* to) const {
        if (in_place(panel)) return;
        if (width(panel) < width_) std::fill_n(to, width_ * depth.count, T(0));
        kernels::pack(b_ + panel * width_ * b_column_, b_column_, b_depth_, width(panel), depth.count, to, width_);
    }

    Index width_, b_depth_, b_column_;
    const T* b_;
    T* buffer_;
    bool in_place_, late_;
    Offsets packed_, direct_;
};

/// What comes after the sums, while they are in the first-level cache.
template <Real T>
void finish(const Product<T>& product, T* c, Index rows, Index column, Index width) {
    if (product.bias == nullptr && !product.relu) return;
    const T* const bias = product.bias == nullptr ? nullptr : product.bias + column;
    table<T>().finish(c, product.c_row, rows, width, bias, product.relu);
}

/// Some rows of c times some of the panels: panel by panel, or, where these stay in the first-level cache together, tile
/// by tile of rows, so that a and c are passed over once.
template <Real T>
void multiply_block(const Product<T>& product, const GemmTiles<T>& tiles, const Columns<T>& columns, Span rows,
                    Span panels) {
    const Index depth = columns.depth.count, most = even_part(rows.count, tiles.rows);
    const bool pack = panels.count >= 6 && rows.count > 1, complete = columns.depth.first + depth == product.k;
    const T* const a = product.a + rows.first * product.a_row + columns.depth.first * product.a_depth;
    const Scratch<T> packed(pack ? rows.count * depth + widest : 0);  // the last line may be written beyond its end
    if (pack) pack_rows(a, product.a_row, product.a_depth, rows.count, depth, most, packed.get());
    const auto tile = [&](Index row, Index panel, const T* b) {
        const Index height = std::min(most, rows.count - row), width = columns.width(panel);
        const Index column = columns.columns.first + panel * tiles.columns;
        T* const c = product.c + (rows.first + row) * product.c_row + column;
        multiply_tile(tiles, height, width, depth, pack ? packed.get() + row * depth : a + row * product.a_row,
                      pack ? 1 : product.a_row, pack ? height : product.a_depth, b, columns.offsets(panel), c,
                      product.c_row, columns.depth.first > 0);
        if (complete) finish(product, c, height, column, width);
    };
    const Scratch<T> room(columns.late() ? tiles.columns * depth : 0);
    const Index last = panels.first + panels.count;
    if (!columns.late() && panels.count * tiles.columns * depth <= few_numbers) {
        for (Index row = 0; row < rows.count; row += most)
            for (Index panel = panels.first; panel < last; ++panel) tile(row, panel, columns.data(panel, room.get()));
    } else {
        for (Index panel = panels.first; panel < last; ++panel) {
            const T* const b = columns.data(panel, room.get());
            for (Index row = 0; row < rows.count; row += most) tile(row, panel, b);
        }
    }
}

/// Many rows of few columns, which would leave most lanes idle: they are as good as few rows of many columns.
template <Real T>
bool is_tall(const Product<T>& product, const GemmTiles<T>& tiles) {
    return product.n <= tiles.columns / 8 && product.m >= 2 * tiles.columns;
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
    if (is_tall(product, tiles)) return multiply_turned(product);
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
                        .relu = g.relu});
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
