#pragma once
// The border between drivers and instruction sets: one table of function pointers per scalar. Entries are serial loops
// over raw pointers; threads, blocks and buffers live in the drivers beside this file. Reference entries come first,
// then an instruction set overwrites what it does better.
#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/kernels/windows.hpp>
#include <gradpath/autodiff/ops/binary.hpp>
#include <gradpath/autodiff/ops/unary.hpp>

namespace gradpath::kernels {

/// Register tiles of a matrix product, with the cache blocks that suit them.
template <Real T>
struct GemmTiles {
    static constexpr Index most_rows = 14;
    /// c[i][j] (+)= Σ_p a[i step_row + p step_depth] · b[offsets[p] + j], a chain over p from 0, then one addition if
    /// `add`.
    using Tile = void (*)(Index depth, const T* a, Index step_row, Index step_depth, const T* b, const Index* offsets,
                          T* c, Index step_c, bool add);
    Index rows, columns;     ///< the largest tile; columns is a multiple of two vectors
    Index depth;             ///< inner sums are split into blocks of this length: part of the meaning of the bits
    Tile wide[most_rows];    ///< [r - 1]: r rows, `columns` columns
    Tile narrow[most_rows];  ///< [r - 1]: r rows, `columns` / 2 columns
};

/// Where the vectors of a tile of a convolution come from and go.
template <Real T>
struct PositionTile {
    const Index* from;  ///< of each vector, in the image
    T* c;
    const Index* to;  ///< of each vector, from c on, filters `step` apart; null: dense, [rows][vectors][lanes]
    Index step;
    const T* before;  ///< dense sums of the blocks of the depth before this one; null: none
};

/// Taps side by side in a kernel.
struct TapRun {
    Index tap, count;  ///< the first, in the kernel
    Index offset;      ///< what it meets, in the images
};
struct TapRuns {
    const TapRun* first;
    const TapRun* last;
    Index step;   ///< from what a tap meets to what the next one does
    bool slides;  ///< that is what the next output meets
};

/// Register tiles of a convolution, up to GemmTiles::rows rows, with either of its factors in the lanes.
template <Real T>
struct ConvTiles {
    static constexpr Index most_rows = GemmTiles<T>::most_rows;
    /// Rows are filters: c[r][v] = before[r][v] + Σ_p a[r step_row + p] · (the vector at b + offsets[p] + from[v])
    using Positions = void (*)(Index depth, const T* a, Index step_row, const T* b, const Index* offsets,
                               const PositionTile<T>& tile);
    /// The same over the taps of these runs, where a vector holds one position of `lanes` images.
    using Images = void (*)(const TapRuns& runs, const T* a, Index step_row, const T* b, const PositionTile<T>& tile);
    /// Rows are neighbouring positions: c[r][f] (+)= Σ_p a[r + offsets[p]] · b[p step + f], c with the same step.
    using Filters = void (*)(Index depth, const T* a, const Index* offsets, const T* b, T* c, Index step, bool add);
    Index lanes;
    Index vectors[most_rows];  ///< [r - 1]: vectors of a tile of r rows of filters
    Positions positions[most_rows];
    Images images[most_rows];
    Filters wide[most_rows], narrow[most_rows];  ///< two vectors of filters, or one
};

/// Some output rows of one plane, and the plane of inputs that taps meet under them.
template <Real T>
struct Planes {
    const T* dy;
    Index step_dy;
    const T* x;
    Index step_x, rows, width;
};

template <Real T>
struct Product;  // product.hpp

template <Real T>
struct StandardizeTerms {
    T scale, mean_g, mean_gy;
};

template <Real T>
struct Table {
    void (*unary[formula::UnaryOps::size])(const T* x, T* y, Index n);
    void (*binary[formula::BinaryOps::size])(const T* a, Index step_a, const T* b, Index step_b, T* y, Index n);
    /// Of [length, inner], the columns first .. last-1 → y[first .. last-1]. logsumexp of no numbers is -inf.
    void (*sum)(const T* x, T* y, Index length, Index inner, Index first, Index last);
    void (*max)(const T* x, T* y, Index length, Index inner, Index first, Index last);
    void (*logsumexp)(const T* x, T* y, Index length, Index inner, Index first, Index last);
    void (*softmax)(const T* x, T* y, Index rows, Index n);
    void (*log_softmax)(const T* x, T* y, Index rows, Index n);
    void (*softmax_vjp)(const T* y, const T* g, T* dx, Index rows, Index n);
    T (*square_sum)(const T* x, T centre, Index n);  ///< Σ (x - centre)²
    T (*dot)(const T* a, const T* b, Index n);
    void (*standardize)(const T* x, T mean, T scale, T* y, Index n);
    void (*standardize_vjp)(const StandardizeTerms<T>& terms, const T* y, const T* g, T* dx, Index n);
    GemmTiles<T> gemm;
    ConvTiles<T> conv;
    /// c (+)= the sums over this block of the depth, of few columns (an eighth of a tile's): rows of a, with a_depth 1,
    /// in the lanes. After the last block bias and relu. Null: the tiles will do.
    void (*tall)(const Product<T>& product, Range depth);
    /// to[l step_to + i] = from[l step_from + i] for i < count.
    void (*copy_lines)(const T* from, Index step_from, Index lines, Index count, T* to, Index step_to);
    /// to[p step_to + r] = rows[r][p] for r < count ≤ gemm.columns, p < depth. A line may be written up to the next
    /// multiple of a vector, before the line after it is.
    void (*turn)(const T* const* rows, Index count, Index depth, T* to, Index step_to);
    /// c[r step + j] = activation(c[r step + j] + bias[j])
    void (*finish)(T* c, Index step, Index rows, Index columns, const T* bias, bool relu);
    /// c[i step_c + j] (+)= Σ_l a[i step_a + l] · b[j step_b + l]; n is a multiple of 16, rows start on 64 bytes.
    void (*dots)(Index n, const T* a, Index step_a, Index rows, const T* b, Index step_b, Index columns, T* c,
                 Index step_c, bool add);
    /// c[k] (+)= Σ over the rows and columns of dy · x at offsets[k] from there, for k < taps.
    void (*plane_dots)(const Planes<T>& planes, const Index* offsets, Index taps, T* c, bool add);
    /// One output plane of a convolution with unit steps and kernels of 3 x 3, some of its rows: x and weight are those
    /// of its group and filter. Each number is one chain over all taps. Null: the tiles will do.
    void (*convolve_3x3)(const ConvGeometry& g, const T* x, const T* weight, Range rows, T* y);
    /// Its weights' adjoint for one plane of x and one of dy: dw[9] (+)=. Null with the one above.
    void (*convolve_3x3_weight_vjp)(const ConvGeometry& g, const T* x, const T* dy, T* dw, bool add);
    /// Pools of one plane, windows of two by two side by side: x is [2 rows, 2 columns], y is [rows, columns]. Null:
    /// the plain loops will do.
    void (*max_pairs)(const T* x, Index rows, Index columns, T* y, std::int32_t* winners);
    void (*scatter_pairs)(const T* dy, const std::int32_t* winners, Index rows, Index columns, T* dx);
    void (*mean_pairs)(const T* x, Index rows, Index columns, T* y);
    void (*spread_pairs)(const T* dy, Index rows, Index columns, T* dx);
    void (*adam)(const AdamStep& o, const T* gradient, T* parameter, T* mean, T* variance, Index n);
    void (*sgd)(const SgdStep& o, const T* gradient, T* parameter, T* velocity, Index n);
    void (*multiply_add_chains)(T* x, Index rounds);  ///< of one group
    void (*rms_prop)(const RmsPropStep& o, const T* gradient, T* parameter, const RmsPropMoments<T>& moments, Index n);
};

/// Where an op stands in its list.
constexpr std::size_t place(OpCode code, OpCode first) {
    return static_cast<std::size_t>(code) - static_cast<std::size_t>(first);
}

struct Tables {
    const char* isa;
    Table<float> float32;
    Table<double> float64;
};

void fill_reference(Tables& tables);
void fill_sse42(Tables& tables);  ///< these three overwrite the reference; they exist on x86-64 only
void fill_avx2(Tables& tables);
void fill_avx512(Tables& tables);

/// The tables in force. Chosen on first use; throws ValueError if GRADPATH_ISA names none that runs here.
const Tables& active();
template <Real T>
const Table<T>& table() {
    if constexpr (std::same_as<T, float>) return active().float32;
    else return active().float64;
}

}  // namespace gradpath::kernels
