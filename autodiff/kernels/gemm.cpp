// Matrix products in the manner of BLIS (Van Zee & van de Geijn 2015): b is packed into panels as wide as a register tile
// and shared; blocks of rows, times groups of panels, are the tasks; a block of a is packed where that pays. An element is
// c = Σ over blocks of the depth, in order, of a chain from 0 within the block. The block length belongs to the instruction
// set, so packing, tiles, edges, the number of rows and threads never touch the order of the sum. Small problems take the
// same way without packing what can be read in place, and in one task.
#include <algorithm>
#include <array>
#include <cstring>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/product.hpp>
#include <gradpath/autodiff/kernels/scratch.hpp>

namespace gradpath::kernels {
namespace {

constexpr Index deepest = 256;        // no set splits the depth into longer blocks
constexpr Index most_columns = 4096;  // of b packed at once: 4 MiB of floats
constexpr Index row_block = 112;      // rows of a task: a multiple of most tile heights; 112 KiB of floats
constexpr Index one_task = 1 << 18;   // multiply-adds that are not worth waking a thread for
using Offsets = std::array<Index, deepest>;

Index ceil_div(Index a, Index b) { return (a + b - 1) / b; }

/// Panel of `columns` ≤ `width` columns and `depth` rows of b, zeros to the right.
template <Real T>
void pack_panel(const T* b, Index b_depth, Index b_column, Index depth, Index columns, Index width, T* panel) {
    if (columns < width) std::fill(panel, panel + depth * width, T(0));
    if (b_column == 1) {
        for (Index p = 0; p < depth; ++p)
            std::memcpy(panel + p * width, b + p * b_depth, static_cast<std::size_t>(columns) * sizeof(T));
        return;
    }
    constexpr Index square = 16;  // reads and writes stay within a few cache lines
    for (Index first = 0; first < depth; first += square) {
        const Index last = std::min(first + square, depth);
        for (Index j = 0; j < columns; ++j)
            for (Index p = first; p < last; ++p) panel[p * width + j] = b[p * b_depth + j * b_column];
    }
}

/// Slivers of `height` rows of a, each [depth][height]; the last sliver keeps its own height.
template <Real T>
void pack_rows(const T* a, Index a_row, Index a_depth, Index rows, Index depth, Index height, T* packed) {
    for (Index first = 0; first < rows; first += height) {
        const Index count = std::min(height, rows - first);
        const T* const from = a + first * a_row;
        for (Index p = 0; p < depth; ++p)
            for (Index r = 0; r < count; ++r) packed[p * count + r] = from[r * a_row + p * a_depth];
        packed += depth * count;
    }
}

/// One block of the depth and of the columns: its panels of b, packed or in place.
template <Real T>
class Columns {
public:
    Columns(const Product<T>& product, const GemmTiles<T>& tiles, Index first_depth, Index depth, Index first_column,
            Index columns, T* buffer)
        : width_(tiles.columns), columns_(columns), depth_(depth), b_depth_(product.b_depth), b_column_(product.b_column),
          b_(product.b + first_depth * b_depth_ + first_column * b_column_), buffer_(buffer),
          in_place_(b_column_ == 1 && product.m <= 8 * tiles.rows) {
        for (Index p = 0; p < depth; ++p) {
            packed_[static_cast<std::size_t>(p)] = p * width_;
            direct_[static_cast<std::size_t>(p)] = p * b_depth_;
        }
    }
    Index panels() const { return ceil_div(columns_, width_); }
    Index width(Index panel) const { return std::min(width_, columns_ - panel * width_); }
    bool in_place(Index panel) const { return in_place_ && width(panel) == width_; }
    void pack(Index panel) const {
        if (in_place(panel)) return;
        pack_panel(b_ + panel * width_ * b_column_, b_depth_, b_column_, depth_, width(panel), width_, at(panel));
    }
    const T* data(Index panel) const { return in_place(panel) ? b_ + panel * width_ : at(panel); }
    const Index* offsets(Index panel) const { return in_place(panel) ? direct_.data() : packed_.data(); }

private:
    T* at(Index panel) const { return buffer_ + (in_place_ ? 0 : panel * width_ * depth_); }

    Index width_, columns_, depth_, b_depth_, b_column_;
    const T* b_;
    T* buffer_;
    bool in_place_;
    Offsets packed_, direct_;
};

/// Rows first .. last-1 of c, panels first_panel .. last_panel-1.
template <Real T>
void multiply_block(const Product<T>& product, const GemmTiles<T>& tiles, const Columns<T>& columns, Index first_depth,
                    Index depth, Index first_column, Index first, Index last, Index first_panel, Index last_panel) {
    const bool pack = last_panel - first_panel >= 6 && last - first > 1;
    const T* a = product.a + first * product.a_row + first_depth * product.a_depth;
    const Scratch<T> packed(pack ? (last - first) * depth : 0);
    if (pack) pack_rows(a, product.a_row, product.a_depth, last - first, depth, tiles.rows, packed.get());
    for (Index panel = first_panel; panel < last_panel; ++panel)
        for (Index row = first; row < last; row += tiles.rows) {
            const Index rows = std::min(tiles.rows, last - row);
            const T* const from = pack ? packed.get() + (row - first) * depth : a + (row - first) * product.a_row;
            multiply_tile(tiles, rows, columns.width(panel), depth, from, pack ? 1 : product.a_row,
                          pack ? rows : product.a_depth, columns.data(panel), columns.offsets(panel),
                          product.c + row * product.c_row + first_column + panel * tiles.columns, product.c_row,
                          first_depth > 0);
        }
}

}  // namespace

template <Real T>
void multiply_tile(const GemmTiles<T>& tiles, Index rows, Index columns, Index depth, const T* a, Index a_row, Index a_depth,
                   const T* b, const Index* offsets, T* c, Index c_row, bool add) {
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
    const auto [m, n, k, a, a_row, a_depth, b, b_depth, b_column, c, c_row] = product;
    if (m <= 0 || n <= 0) return;
    if (k <= 0) {
        for (Index i = 0; i < m; ++i) std::fill(c + i * c_row, c + i * c_row + n, T(0));
        return;
    }
    const GemmTiles<T>& tiles = table<T>().gemm;
    const bool small = m * n * std::min(k, tiles.depth) <= one_task;
    const bool in_place = b_column == 1 && m <= 8 * tiles.rows;
    const Index buffer_columns = in_place ? tiles.columns : ceil_div(std::min(n, most_columns), tiles.columns) * tiles.columns;
    const Scratch<T> buffer(buffer_columns * std::min(k, tiles.depth));
    const Index row_blocks = ceil_div(m, row_block);
    const Index rows = ceil_div(ceil_div(m, row_blocks), tiles.rows) * tiles.rows;

    for (Index first_column = 0; first_column < n; first_column += most_columns)
        for (Index first_depth = 0; first_depth < k; first_depth += tiles.depth) {
            const Index depth = std::min(tiles.depth, k - first_depth);
            const Columns<T> columns(product, tiles, first_depth, depth, first_column, std::min(most_columns, n - first_column),
                                     buffer.get());
            const Index panels = columns.panels();
            if (in_place) {
                columns.pack(panels - 1);
            } else {
                const Index grain = small ? panels : std::max<Index>(1, 32768 / (depth * tiles.columns));
                parallel_for(panels, grain, [&](Index first, Index last) {
                    for (Index panel = first; panel < last; ++panel) columns.pack(panel);
                });
            }
            const Index groups = std::min(panels, ceil_div(8, row_blocks)), group = ceil_div(panels, groups);
            parallel_for(row_blocks * groups, small ? row_blocks * groups : 1, [&](Index first, Index last) {
                for (Index task = first; task < last; ++task) {
                    const Index row = task / groups * rows, panel = task % groups * group;
                    if (row >= m || panel >= panels) continue;
                    multiply_block(product, tiles, columns, first_depth, depth, first_column, row, std::min(row + rows, m),
                                   panel, std::min(panel + group, panels));
                }
            });
        }
}

template <Real T>
void gemm(const Gemm<T>& g) {
    multiply(Product<T>{.m = g.m, .n = g.n, .k = g.k,
                        .a = g.a, .a_row = g.transpose_a ? 1 : g.k, .a_depth = g.transpose_a ? g.m : 1,
                        .b = g.b, .b_depth = g.transpose_b ? 1 : g.n, .b_column = g.transpose_b ? g.k : 1,
                        .c = g.c, .c_row = g.n});
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
template void multiply_tile(const GemmTiles<float>&, Index, Index, Index, const float*, Index, Index, const float*, const Index*,
                            float*, Index, bool);
template void multiply_tile(const GemmTiles<double>&, Index, Index, Index, const double*, Index, Index, const double*,
                            const Index*, double*, Index, bool);
template void gemm(const Gemm<float>&);
template void gemm(const Gemm<double>&);
template void gemm_batch(std::span<const Gemm<float>>);
template void gemm_batch(std::span<const Gemm<double>>);

}  // namespace gradpath::kernels
