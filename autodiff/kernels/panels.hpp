#pragma once
// For gemm.cpp: b in panels as wide as a register tile. They are packed beforehand, or by the task that reads them, or
// read in place.
#include <algorithm>
#include <array>

#include <gradpath/autodiff/kernels/product.hpp>
#include <gradpath/autodiff/kernels/windows.hpp>

namespace gradpath::kernels {

inline constexpr Index widest = 32;          // no set has wider tiles
inline constexpr Index deepest = 256;        // no set splits the depth into longer blocks
inline constexpr Index most_columns = 4096;  // of b packed at once: 4 MiB of floats
inline constexpr Index row_block = 112;      // rows of a task: a multiple of most tile heights; 112 KiB of floats
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

/// One block of rows does not share the panels of b with others: each is packed by the task that reads it, when its
/// turn comes. (Two blocks that pack the same panels took a tenth longer.)
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

}  // namespace gradpath::kernels
