// Positions are counted on from image to image, so that only the last panel of all is not full. A task takes a strip of
// them, which stays in the second-level cache while slivers of the weights, packed once for all tasks, run over it. A
// panel is read where it lies; one that two images share is put together, and its results are taken apart.
#include <gradpath/autodiff/kernels/conv_numbers.hpp>

#include <algorithm>
#include <array>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/product.hpp>

namespace gradpath::kernels {
namespace {

constexpr Index widest = 32;         // no set has wider tiles
constexpr Index strip_size = 16384;  // numbers of a strip,
constexpr Index most_panels = 16;    // and its panels, at most
constexpr Index fewest_strips = 8;
constexpr Index in_cache = 1 << 20;  // numbers: what a core has cached itself need not be asked for
constexpr Index one_task = 1 << 18;  // multiply-adds that are not worth waking a thread for

/// f(image, place, count, done): the pieces of some positions, each in one image, after `done` others.
void each_piece(Range positions, Index outputs, const auto& f) {
    for (Index at = positions.first; at < positions.last;) {
        const Index place = at % outputs, count = std::min(positions.last - at, outputs - place);
        f(at / outputs, place, count, at - positions.first);
        at += count;
    }
}

template <Real T>
class NumberStrips {
public:
    NumberStrips(const ConvPlan<T>& plan, const T* x, const T* weight, T* y)
        : plan_(plan),
          tiles_(table<T>().gemm),
          x_(x),
          y_(y),
          total_(plan.g.rows * plan.outputs),
          height_(even_part(plan.filters, tiles_.rows)),
          block_(std::min(plan.depth, tiles_.depth)),
          blocks_(ceil_div(plan.depth, block_)),
          asks_(total_ * (plan.g.channels + plan.g.filters) > in_cache),
          packed_(plan.g.groups * plan.filters * plan.depth + widest),
          gathered_(block_),
          in_place_(block_) {
        const Index panels = ceil_div(total_, tiles_.columns);
        const Index most = std::clamp<Index>(strip_size / (block_ * tiles_.columns), 1, most_panels);
        width = std::min(most, ceil_div(panels, fewest_strips)) * tiles_.columns;
        for (Index p = 0; p < block_; ++p) {
            gathered_[p] = p * tiles_.columns;
            in_place_[p] = p * plan.outputs;
        }
        for (Index group = 0; group < plan.g.groups; ++group)
            for (Index first = 0; first < plan.depth; first += block_)
                pack_rows(weight + group * plan.filters * plan.depth + first, plan.depth, Index{1}, plan.filters,
                          std::min(block_, plan.depth - first), height_, packed(group, first));
    }

    Index width = 0;  ///< positions of a strip
    Index strips() const { return ceil_div(total_, width); }
    Index buffer_size() const { return block_ * width; }

    void run(Index task, T* buffer) const {
        for (Index i = 0; i < blocks_; ++i) multiply(block(task * blocks_ + i), block(task * blocks_ + i + 1), buffer);
        const Block done = block(task * blocks_);
        each_piece(done.positions, plan_.outputs, [&](Index image, Index place, Index count, Index) {
            plan_.add_bias(done.group, count, output(image, done.group) + place);
        });
    }

private:
    T* packed(Index group, Index first) const { return packed_.get() + plan_.filters * (group * plan_.depth + first); }
    T* output(Index image, Index group) const {
        return y_ + (image * plan_.g.groups + group) * plan_.filters * plan_.outputs;
    }

    /// A block of the depth of a strip.
    struct Block {
        Range positions;
        Index group;
        Range depth;
        Index image, place;  ///< of the first position
    };
    /// They count on from task to task; beyond the last one there are no positions.
    Block block(Index number) const {
        const Index task = number / blocks_, strip = task / plan_.g.groups, first = number % blocks_ * block_;
        return {{strip * width, std::min((strip + 1) * width, total_)},
                task % plan_.g.groups,
                {first, std::min(first + block_, plan_.depth)},
                strip * width / plan_.outputs,
                strip * width % plan_.outputs};
    }

    /// Where the inputs of some positions lie.
    struct Panel {
        Range positions;
        const T* b;
        const Index* offsets;
    };

    /// While the tiles of a block are busy, the inputs of the next may be asked for, some rows with each tile.
    void multiply(const Block& block, const Block& next, T* buffer) const {
        std::array<Panel, most_panels> panels;
        std::size_t count = 0;
        for (Index at = block.positions.first; at < block.positions.last; at += tiles_.columns) {
            panels[count++] = panel(block, {at, std::min(at + tiles_.columns, block.positions.last)}, buffer);
            buffer += block_ * tiles_.columns;
        }
        const Index rows = asks_ ? next.depth.last - next.depth.first : 0;
        const Index tiles = ceil_div(plan_.filters, height_) * static_cast<Index>(count);
        Index row = 0, number = 0;
        for (Index f = 0; f < plan_.filters; f += height_)
            for (std::size_t i = 0; i < count; ++i) {
                for (const Index until = ++number * rows / tiles; row < until; ++row) prefetch(next, row);
                tile(block, f, panels[i]);
            }
    }

    /// (Not inlined, it would count as a function without effect, and be left out.)
    [[gnu::always_inline]] void prefetch(const Block& block, Index row) const {
        constexpr Index line = 64 / static_cast<Index>(sizeof(T));
        Index image = block.image, place = block.place;
        for (Index at = block.positions.first; at < block.positions.last; at += line, place += line) {
            for (; place >= plan_.outputs; ++image) place -= plan_.outputs;
            __builtin_prefetch(input(block, image) + row * plan_.outputs + place);
        }
    }

    /// Tiles read whole panels. Rows that are whole kilobytes apart would compete for the same lines of the cache.
    Panel panel(const Block& block, Range positions, T* buffer) const {
        const Index place = positions.first % plan_.outputs;
        const bool apart = plan_.outputs * static_cast<Index>(sizeof(T)) % 1024 != 0;
        if (apart && place + tiles_.columns <= plan_.outputs)
            return {positions, input(block, positions.first / plan_.outputs) + place, in_place_.get()};
        each_piece(positions, plan_.outputs, [&](Index image, Index first, Index count, Index done) {
            table<T>().copy_lines(input(block, image) + first, plan_.outputs, block.depth.last - block.depth.first,
                                  count, buffer + done, tiles_.columns);
        });
        return {positions, buffer, gathered_.get()};
    }

    const T* input(const Block& block, Index image) const {
        return x_ + ((image * plan_.g.groups + block.group) * plan_.depth + block.depth.first) * plan_.outputs;
    }

    /// The positions of one panel, for some filters from `filter` on.
    void tile(const Block& block, Index filter, const Panel& panel) const {
        const Index rows = std::min(height_, plan_.filters - filter), outputs = plan_.outputs;
        const Index columns = panel.positions.last - panel.positions.first;
        const Index depth = block.depth.last - block.depth.first;
        const bool add = block.depth.first > 0;
        const T* const a = packed(block.group, block.depth.first) + filter * depth;
        const auto run = [&](T* c, Index step) {
            multiply_tile(tiles_, rows, columns, depth, a, 1, rows, panel.b, panel.offsets, c, step, add);
        };
        const auto at = [&](Index image, Index place) { return output(image, block.group) + filter * outputs + place; };
        const Index place = panel.positions.first % outputs;
        if (place + columns <= outputs) return run(at(panel.positions.first / outputs, place), outputs);
        alignas(64) T sums[GemmTiles<T>::most_rows * widest];
        if (add)
            each_piece(panel.positions, outputs, [&](Index image, Index first, Index count, Index done) {
                table<T>().copy_lines(at(image, first), outputs, rows, count, sums + done, widest);
            });
        run(sums, widest);
        each_piece(panel.positions, outputs, [&](Index image, Index first, Index count, Index done) {
            table<T>().copy_lines(sums + done, widest, rows, count, at(image, first), outputs);
        });
    }

    const ConvPlan<T>& plan_;
    const GemmTiles<T>& tiles_;
    const T* x_;
    T* y_;
    Index total_, height_, block_, blocks_;
    bool asks_;
    Scratch<T> packed_;
    Scratch<Index> gathered_, in_place_;  // offsets of the rows of a panel
};

}  // namespace

template <Real T>
bool kernels_of_one_number(const ConvPlan<T>& plan) {
    const ConvGeometry& g = plan.g;
    return plan.taps == 1 && g.height == g.out_height && g.width == g.out_width && g.padding_height == 0 &&
           g.padding_width == 0;
}

template <Real T>
void convolve_numbers(const ConvPlan<T>& plan, const T* x, const T* weight, T* y) {
    const NumberStrips<T> strips(plan, x, weight, y);
    const Index work = std::max<Index>(1, plan.filters * plan.depth * strips.width);
    parallel_for(strips.strips() * plan.g.groups, std::max<Index>(1, one_task / work), [&](Index first, Index last) {
        const Scratch<T> buffer(strips.buffer_size());
        for (Index task = first; task < last; ++task) strips.run(task, buffer.get());
    });
}

template bool kernels_of_one_number(const ConvPlan<float>&);
template bool kernels_of_one_number(const ConvPlan<double>&);
template void convolve_numbers(const ConvPlan<float>&, const float*, const float*, float*);
template void convolve_numbers(const ConvPlan<double>&, const double*, const double*, double*);

}  // namespace gradpath::kernels
