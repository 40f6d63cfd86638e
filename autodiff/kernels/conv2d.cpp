// Convolution as a matrix product whose second factor is never built. The image is copied once, padded, and split by
// the phases of its stride; then the inputs that tap (channel, i, j) meets at all output positions lie one behind the
// other, and "row p of the column matrix" is merely an offset into that copy (the indirection of Dukhan 2019, by
// taps). Tiles run either over output rows, or over the whole image with the few positions between rows computed and
// dropped, whichever wastes less. Bands of output rows of one image are the tasks; each is computed alone.
#include <algorithm>
#include <vector>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/product.hpp>
#include <gradpath/autodiff/kernels/scratch.hpp>
#include <gradpath/autodiff/kernels/windows.hpp>

namespace gradpath::kernels {
namespace {

/// One axis of the copy: which phases of the stride the taps meet, and how far into its phase each tap starts.
struct PhaseAxis {
    std::vector<Index> phases;  ///< distinct values of (tap · dilation) mod stride
    std::vector<Index> place;   ///< per tap: position of its phase in `phases`
    std::vector<Index> shift;   ///< per tap: (tap · dilation) / stride
    Index reach = 0;            ///< the largest shift

    PhaseAxis(Index taps, Index dilation, Index stride) {
        for (Index tap = 0; tap < taps; ++tap) {
            const Index phase = tap * dilation % stride;
            const auto found = std::find(phases.begin(), phases.end(), phase);
            place.push_back(found - phases.begin());
            if (found == phases.end()) phases.push_back(phase);
            shift.push_back(tap * dilation / stride);
            reach = std::max(reach, shift.back());
        }
    }
    Index count() const { return static_cast<Index>(phases.size()); }
};

/// The plan of one call: everything that does not depend on the image.
template <Real T>
struct Plan {
    const ConvGeometry& g;
    const GemmTiles<T>& tiles;
    PhaseAxis rows, columns;
    Index channels, filters, depth;  ///< of one group
    Index band, bands;               ///< output rows of a task; tasks of an image
    Index pitch, plane;              ///< length of a row and of a phase plane of the copy
    bool flat;                       ///< tiles run across rows
    std::vector<Index> offsets;      ///< of each tap (channel, i, j) of the first group

    explicit Plan(const ConvGeometry& geometry)
        : g(geometry),
          tiles(table<T>().gemm),
          rows(g.kernel_height, g.dilation_height, g.stride_height),
          columns(g.kernel_width, g.dilation_width, g.stride_width),
          channels(g.channels / g.groups),
          filters(g.filters / g.groups),
          depth(channels * g.kernel_height * g.kernel_width) {
        const Index row_work = std::max<Index>(1, g.filters * depth * g.out_width);
        bands = std::clamp<Index>(g.out_height * row_work / (1 << 22), 1, std::max<Index>(1, g.out_height));
        band = ceil_div(g.out_height, bands);
        bands = ceil_div(g.out_height, std::max<Index>(1, band));
        pitch = g.out_width + columns.reach;
        plane = pitch * (band + rows.reach);
        flat = line_cost((band - 1) * pitch + g.out_width) < band * line_cost(g.out_width);
        for (Index c = 0; c < channels; ++c)
            for (std::size_t i = 0; i < rows.shift.size(); ++i)
                for (std::size_t j = 0; j < columns.shift.size(); ++j)
                    offsets.push_back(((c * rows.count() + rows.place[i]) * columns.count() + columns.place[j]) *
                                          plane +
                                      rows.shift[i] * pitch + columns.shift[j]);
    }
    /// Of a line of tiles: a narrow one does half the work of a wide one in about two thirds of the time.
    Index line_cost(Index length) const {
        const Index rest = length % tiles.columns;
        return length / tiles.columns * 3 + (rest == 0 ? 0 : (rest > tiles.columns / 2 ? 3 : 2));
    }
    Index group_size() const { return channels * rows.count() * columns.count() * plane; }
    Index copy_size() const {
        return g.groups * group_size() + tiles.columns;
    }  // a tile may read past the last position
};

/// Input row y, from the column of output 0 on, every stride-th number, zeros outside the image.
template <Real T>
void copy_row(const ConvGeometry& g, const T* image, Index y, Index phase, Index pitch, T* to) {
    const Index start = phase - g.padding_width, step = g.stride_width;
    const Index first = std::clamp<Index>(ceil_div(std::max<Index>(-start, 0), step), 0, pitch);
    const Index last = y < 0 || y >= g.height || start >= g.width
                           ? first
                           : std::clamp<Index>(ceil_div(g.width - start, step), first, pitch);
    std::fill(to, to + first, T(0));
    const T* const from = image + (last > first ? y * g.width + start : 0);
    if (step == 1) std::copy(from + first, from + last, to + first);
    else
        for (Index i = first; i < last; ++i) to[i] = from[i * step];
    std::fill(to + last, to + pitch, T(0));
}

/// What output rows first_row .. first_row + band - 1 of one image need.
template <Real T>
void copy_image(const Plan<T>& plan, const T* image, Index first_row, T* to) {
    const ConvGeometry& g = plan.g;
    for (Index c = 0; c < g.channels; ++c, image += g.height * g.width)
        for (const Index row_phase : plan.rows.phases)
            for (const Index column_phase : plan.columns.phases)
                for (Index r = 0; r < plan.band + plan.rows.reach; ++r, to += plan.pitch)
                    copy_row(g, image, (first_row + r) * g.stride_height + row_phase - g.padding_height, column_phase,
                             plan.pitch, to);
    std::fill(to, to + plan.tiles.columns, T(0));
}

/// Copies the valid ones of `width` positions from `position` on (in rows of `pitch`) of a flat tile into y.
template <Real T>
void keep_valid(const Plan<T>& plan, const T* tile, Index rows, Index position, Index width, T* y, Index plane,
                bool add) {
    const Index out_width = plan.g.out_width;
    for (Index j = 0; j < width;) {
        const Index row = (position + j) / plan.pitch, column = (position + j) % plan.pitch;
        const Index count = std::min(width - j, std::max<Index>(out_width - column, 0));
        for (Index r = 0; r < rows; ++r) {
            T* const to = y + r * plane + row * out_width + column;
            const T* const from = tile + r * plan.tiles.columns + j;
            if (add)
                for (Index i = 0; i < count; ++i) to[i] += from[i];
            else std::copy(from, from + count, to);
        }
        j += std::max<Index>(plan.pitch - column, 1);
    }
}

/// Output rows of one group of one image: y points at its first filter's first row of the band.
template <Real T>
void convolve(const Plan<T>& plan, const T* copy, const T* weight, Index out_rows, T* y) {
    const GemmTiles<T>& tiles = plan.tiles;
    const Index plane = plan.g.out_height * plan.g.out_width;
    const Index lines = plan.flat ? 1 : out_rows;
    const Index length = plan.flat ? (out_rows - 1) * plan.pitch + plan.g.out_width : plan.g.out_width;
    alignas(64) T tile[GemmTiles<T>::most_rows * 32];
    for (Index first = 0; first < plan.depth; first += tiles.depth) {
        const Index depth = std::min(tiles.depth, plan.depth - first);
        const Index* const offsets = plan.offsets.data() + first;
        for (Index line = 0; line < lines; ++line)
            for (Index position = 0; position < length; position += tiles.columns)
                for (Index f = 0; f < plan.filters; f += tiles.rows) {
                    const Index rows = std::min(tiles.rows, plan.filters - f);
                    const Index width = std::min(tiles.columns, length - position);
                    const T* const a = weight + f * plan.depth + first;
                    const T* const b = copy + line * plan.pitch + position;
                    T* const to = y + f * plane;
                    if (plan.flat) {
                        const bool narrow = width <= tiles.columns / 2;
                        (narrow ? tiles.narrow : tiles.wide)[rows - 1](depth, a, plan.depth, 1, b, offsets, tile,
                                                                       tiles.columns, false);
                        keep_valid(plan, tile, rows, position, width, to, plane, first > 0);
                    } else {
                        multiply_tile(tiles, rows, width, depth, a, plan.depth, 1, b, offsets,
                                      to + line * plan.g.out_width + position, plane, first > 0);
                    }
                }
    }
}

}  // namespace

template <Real T>
void conv2d(const ConvGeometry& g, const T* x, const T* weight, T* y) {
    const Index image = g.channels * g.height * g.width, plane = g.out_height * g.out_width;
    if (g.rows * g.filters * plane <= 0) return;
    const Plan<T> plan(g);
    if (plan.depth <= 0) return std::fill(y, y + g.rows * g.filters * plane, T(0));
    const Index work = std::max<Index>(1, g.filters * plan.depth * plan.band * g.out_width);
    parallel_for(g.rows * plan.bands, std::max<Index>(1, (1 << 18) / work), [&](Index first, Index last) {
        const Scratch<T> copy(plan.copy_size());
        for (Index task = first; task < last; ++task) {
            const Index row = task / plan.bands, first_row = task % plan.bands * plan.band;
            const Index out_rows = std::min(plan.band, g.out_height - first_row);
            copy_image(plan, x + row * image, first_row, copy.get());
            for (Index group = 0; group < g.groups; ++group)
                convolve(plan, copy.get() + group * plan.group_size(), weight + group * plan.filters * plan.depth,
                         out_rows, y + (row * g.filters + group * plan.filters) * plane + first_row * g.out_width);
        }
    });
}

template void conv2d(const ConvGeometry&, const float*, const float*, float*);
template void conv2d(const ConvGeometry&, const double*, const double*, double*);

}  // namespace gradpath::kernels
