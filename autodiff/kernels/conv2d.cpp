// Convolution as a matrix product whose second factor is never built (conv_plan.hpp). Kernels of one number are
// products (conv_numbers.hpp), some kernels of 3 x 3 go plane by plane (conv_planes.hpp). Otherwise either factor may
// stand in the lanes of a register tile, whichever fills them better: positions, read from the copy of the image where
// they lie; or filters, whose weights are packed once, with the result turned at the end. An element is the same chain
// over its taps either way. Bands of output rows of one image are the tasks.
#include <algorithm>
#include <array>

#include <gradpath/autodiff/kernels/conv_images.hpp>
#include <gradpath/autodiff/kernels/conv_numbers.hpp>
#include <gradpath/autodiff/kernels/conv_planes.hpp>
#include <gradpath/autodiff/kernels/parallel.hpp>

namespace gradpath::kernels {
namespace {

constexpr Index widest = 32;         // no set has wider tiles,
constexpr Index most_vectors = 8;    // nor more vectors in a tile
constexpr Index worth_turning = 64;  // multiply-adds per output that repay turning it
constexpr Index one_task = 1 << 18;  // multiply-adds that are not worth waking a thread for

/// Tiles of filters times positions: whole vectors of output rows, the last of a row moved back to end with it.
template <Real T>
class PositionLanes {
public:
    PositionLanes(const ConvPlan<T>& plan, const T* weight)
        : plan_(plan),
          weight_(weight),
          tiles_(table<T>().conv),
          rows_(even_part(plan.filters, table<T>().gemm.rows)),
          per_row_(ceil_div(plan.g.out_width, tiles_.lanes)),
          from_(plan.band * per_row_),
          to_(plan.band * per_row_) {
        for (Index i = 0; i < plan.band * per_row_; ++i) {
            const Index row = i / per_row_;
            const Index column = std::max<Index>(0, std::min(i % per_row_ * tiles_.lanes, width() - tiles_.lanes));
            from_[i] = row * plan.pitch + column;
            to_[i] = row * width() + column;
        }
    }

    Index sums_size() const { return ConvTiles<T>::most_rows * widest; }

    /// Output rows of one group, with room for sums: y points at its first filter's first row of the band.
    void run(const T* copy, Index group, Index out_rows, T* sums, T* y) const {
        const T* const weight = weight_ + group * plan_.filters * plan_.depth;
        const Index count = out_rows * per_row_;
        for (Index f = 0; f < plan_.filters; f += rows_) {
            const Index rows = std::min(rows_, plan_.filters - f), vectors = tiles_.vectors[rows - 1];
            for (Index first = 0; first < count; first += vectors)
                tile({copy, weight + f * plan_.depth, sums, y + f * plan_.outputs}, rows,
                     {first, std::min(first + vectors, count)}, out_rows * width());
        }
    }

private:
    Index width() const { return plan_.g.out_width; }

    struct Operands {
        const T* copy;
        const T* weight;
        T* sums;
        T* y;
    };

    /// Rows shorter than a vector spill over into the next rows, which come later. What would spill over the end of the
    /// band takes the way round.
    void tile(const Operands& o, Index rows, Range vectors, Index end) const {
        const Index count = tiles_.vectors[rows - 1];
        std::array<Index, most_vectors> from, to;
        for (Index v = 0; v < count; ++v) {
            const Index place = std::min(vectors.first + v, vectors.last - 1);
            from[static_cast<std::size_t>(v)] = from_[place];
            to[static_cast<std::size_t>(v)] = to_[place];
        }
        const bool aside = to_[vectors.last - 1] + tiles_.lanes > end;
        const Index block = table<T>().gemm.depth;
        for (Index first = 0; first < plan_.depth; first += block) {
            const bool done = first + block >= plan_.depth && !aside;
            const PositionTile<T> tile{from.data(), done ? o.y : o.sums, done ? to.data() : nullptr, plan_.outputs,
                                       first > 0 ? o.sums : nullptr};
            tiles_.positions[rows - 1](std::min(block, plan_.depth - first), o.weight + first, plan_.depth, o.copy,
                                       plan_.offsets() + first, tile);
        }
        if (!aside) return;
        for (Index r = 0; r < rows; ++r)
            for (Index v = 0; v < vectors.last - vectors.first; ++v)
                std::copy_n(o.sums + (r * count + v) * tiles_.lanes, width(),
                            o.y + r * plan_.outputs + to[static_cast<std::size_t>(v)]);
    }

    const ConvPlan<T>& plan_;
    const T* weight_;
    const ConvTiles<T>& tiles_;
    Index rows_, per_row_;
    Scratch<Index> from_, to_;  // of all vectors of a band, in the copy and in y
};

/// Tiles of positions times filters.
template <Real T>
class FilterLanes {
public:
    FilterLanes(const ConvPlan<T>& plan, const T* weight)
        : plan_(plan),
          tiles_(table<T>().conv),
          width_(std::min(ceil_div(plan.filters, tiles_.lanes), Index{2}) * tiles_.lanes),
          run_(even_part(plan.g.out_width, table<T>().gemm.rows)),
          panels_(ceil_div(plan.filters, width_)),
          packed_(plan.g.groups * panels_ * plan.depth * width_) {
        for (Index group = 0; group < plan.g.groups; ++group)
            for (Index panel = 0; panel < panels_; ++panel)
                turn_lines<T>({weight + (group * plan.filters + panel * width_) * plan.depth, plan.depth, count(panel),
                               plan.depth},
                              packed(group, panel), width_);
    }
    Index sums_size() const { return plan_.band * plan_.g.out_width * width_; }

    /// As PositionLanes::run.
    void run(const T* copy, Index group, Index out_rows, T* sums, T* y) const {
        for (Index panel = 0; panel < panels_; ++panel) {
            add_up(copy, packed(group, panel), out_rows, sums);
            store_turned<T>({sums, width_, out_rows * plan_.g.out_width, count(panel)},
                            y + panel * width_ * plan_.outputs, plan_.outputs);
        }
    }

private:
    Index count(Index panel) const { return std::min(width_, plan_.filters - panel * width_); }
    T* packed(Index group, Index panel) const {
        return packed_.get() + (group * panels_ + panel) * plan_.depth * width_;
    }

    /// sums[position][filter] of one panel, block by block of the depth.
    void add_up(const T* copy, const T* panel, Index out_rows, T* sums) const {
        const Index block = table<T>().gemm.depth, across = plan_.g.out_width;
        const auto& tiles = width_ == tiles_.lanes ? tiles_.narrow : tiles_.wide;
        for (Index first = 0; first < plan_.depth; first += block)
            for (Index row = 0; row < out_rows; ++row)
                for (Index column = 0; column < across; column += run_)
                    tiles[std::min(run_, across - column) - 1](
                        std::min(block, plan_.depth - first), copy + row * plan_.pitch + column,
                        plan_.offsets() + first, panel + first * width_, sums + (row * across + column) * width_,
                        width_, first > 0);
    }

    const ConvPlan<T>& plan_;
    const ConvTiles<T>& tiles_;
    Index width_, run_, panels_;
    Scratch<T> packed_;
};

template <Real T>
bool filters_in_lanes(const ConvPlan<T>& plan) {
    const Index lanes = table<T>().conv.lanes;
    return plan.depth >= worth_turning && filled(plan.filters, lanes) > filled(plan.g.out_width, lanes);
}

template <class Lanes, Real T>
void convolve(const ConvPlan<T>& plan, const T* x, const T* weight, T* y) {
    const ConvGeometry& g = plan.g;
    const Lanes lanes(plan, weight);
    const Index work = std::max<Index>(1, g.filters * plan.depth * plan.band * g.out_width);
    parallel_for(g.rows * plan.bands, std::max<Index>(1, one_task / work), [&](Index first, Index last) {
        const Scratch<T> copy(plan.copy_size()), sums(lanes.sums_size());
        for (Index task = first; task < last; ++task)
            for (Index group = 0; group < g.groups; ++group) {
                const Index part = task / plan.bands * g.groups + group, first_row = task % plan.bands * plan.band;
                plan.copy(x + part * plan.channels * g.height * g.width, first_row, task == first && group == 0,
                          copy.get());
                const Index rows = std::min(plan.band, g.out_height - first_row);
                T* const to = y + part * plan.filters * plan.outputs + first_row * g.out_width;
                lanes.run(copy.get(), group, rows, sums.get(), to);
                plan.add_bias(group, rows * g.out_width, to);
            }
    });
}

}  // namespace

template <Real T>
void conv2d(const ConvGeometry& g, const T* x, const T* weight, const T* bias, T* y) {
    if (g.rows * g.filters * g.out_height * g.out_width <= 0) return;
    const ConvPlan<T> plan(g, bias);
    if (plan.depth <= 0) {
        std::fill(y, y + g.rows * g.filters * plan.outputs, T(0));
        for (Index i = 0; i < g.rows * g.groups; ++i)
            plan.add_bias(i % g.groups, plan.outputs, y + i * plan.filters * plan.outputs);
        return;
    }
    if (kernels_of_one_number(plan)) convolve_numbers(plan, x, weight, y);
    else if (plane_by_plane(plan)) convolve_planes(plan, x, weight, y);
    else if (images_in_lanes(plan)) convolve_images(plan, x, weight, y);
    else if (filters_in_lanes(plan)) convolve<FilterLanes<T>>(plan, x, weight, y);
    else convolve<PositionLanes<T>>(plan, x, weight, y);
}

template void conv2d(const ConvGeometry&, const float*, const float*, const float*, float*);
template void conv2d(const ConvGeometry&, const double*, const double*, const double*, double*);

}  // namespace gradpath::kernels
