#pragma once
// A matrix product on strided operands: what gemm, the batch and the adjoint of a convolution run on.
#include <gradpath/autodiff/kernels/table.hpp>

namespace gradpath::kernels {

/// c[i][j] = Σ_p a[i, p] · b[p, j], where a[i, p] = a[i a_row + p a_depth], b[p, j] = b[p b_depth + j b_column] and
/// one of b_depth, b_column is 1; c[i][j] = c[i c_row + j].
template <Real T>
struct Product {
    Index m, n, k;
    const T* a;
    Index a_row, a_depth;
    const T* b;
    Index b_depth, b_column;
    T* c;
    Index c_row;
    const T* bias = nullptr;     ///< [n], added to each row at the end
    bool relu = false;           ///< after the bias
    const T* a_where = nullptr;  ///< laid out as a, with a_depth 1: a counts where this is above 0, else as 0
};
template <Real T>
void multiply(const Product<T>& product);

/// Slivers of `height` rows of a, each [depth][height]; the last sliver keeps its own height. Writes up to a tile's
/// width beyond the end.
template <Real T>
void pack_rows(const T* a, Index a_row, Index a_depth, Index rows, Index depth, Index height, T* packed);

/// Runs the tile that fits `rows` rows and `columns` columns (at most the largest tile's) and writes only those. Row p
/// of b is at b + offsets[p] and must be readable for a whole tile.
template <Real T>
void multiply_tile(const GemmTiles<T>& tiles, Index rows, Index columns, Index depth, const T* a, Index a_row,
                   Index a_depth, const T* b, const Index* offsets, T* c, Index c_row, bool add);

}  // namespace gradpath::kernels
