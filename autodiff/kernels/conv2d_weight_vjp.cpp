// The adjoint of convolution for its weights: per image, the product of dy's planes with each tap's view of x, over the
// positions of a few output rows at a time; images are added in fixed blocks, the blocks in a fixed tree. Many filters
// are a matrix product whose panels of taps are packed straight from the copy of the image; few filters are dot
// products along the views, one filter (depthwise) along the copy itself.
#include <algorithm>
#include <array>

#include <gradpath/autodiff/kernels/conv_channels.hpp>
#include <gradpath/autodiff/kernels/conv_planes.hpp>
#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/product.hpp>

namespace gradpath::kernels {
namespace {

constexpr Index widest = 32;        // no set has wider tiles
constexpr Index many_filters = 12;  // from here on packing repays
constexpr Index pack_panels = 4;    // as many panels of taps repay packing dy
constexpr Index views_size = 65536;

/// Some output rows of one group of one image: their inputs in the copy, their dy and where their products go.
template <Real T>
struct Rows {
    Index count;
    const T* copy;
    const T* dy;
    T* dw;
    bool add;
};

/// dw (+)= dot products of planes and views, both copied to lines of whole vectors.
template <Real T>
class ByDots {
public:
    explicit ByDots(const ConvPlan<T>& plan)
        : rows(std::clamp<Index>(views_size / (plan.depth * plan.g.out_width), 1, plan.g.out_height)),
          plan_(plan),
          pitch_(ceil_div(rows * plan.g.out_width, line) * line),
          views_(plan.depth * pitch_),
          planes_(plan.filters * pitch_) {}

    const Index rows;  ///< at once

    void add(const Rows<T>& o) const {
        const Index width = plan_.g.out_width, count = o.count * width;
        table<T>().copy_lines(o.dy, plan_.outputs, plan_.filters, count, planes_.get(), pitch_);
        clear_tails(planes_.get(), plan_.filters, count);
        for (Index p = 0; p < plan_.depth; ++p)
            table<T>().copy_lines(o.copy + plan_.offsets()[p], plan_.pitch, o.count, width, views_.get() + p * pitch_,
                                  width);
        clear_tails(views_.get(), plan_.depth, count);
        table<T>().dots(pitch_, planes_.get(), pitch_, plan_.filters, views_.get(), pitch_, plan_.depth, o.dw,
                        plan_.depth, o.add);
    }

private:
    static constexpr Index line = 16;

    void clear_tails(T* lines, Index number, Index count) const {
        for (Index i = 0; i < number; ++i) std::fill(lines + i * pitch_ + count, lines + (i + 1) * pitch_, T(0));
    }

    const ConvPlan<T>& plan_;
    Index pitch_;
    Scratch<T> views_, planes_;
};

/// The same for one filter, whose views are too few to repay copies.
template <Real T>
class ByRows {
public:
    explicit ByRows(const ConvPlan<T>& plan) : rows(plan.band), plan_(plan) {}

    const Index rows;  ///< at once

    void add(const Rows<T>& o) const {
        const Planes<T> planes{o.dy, plan_.g.out_width, o.copy, plan_.pitch, o.count, plan_.g.out_width};
        table<T>().plane_dots(planes, plan_.offsets(), plan_.depth, o.dw, o.add);
    }

private:
    const ConvPlan<T>& plan_;
};

/// dw (+)= a matrix product over positions. A panel has a line for every number of a few rows of the copy; the list of
/// offsets leaves out those between the rows.
template <Real T>
class ByPanels {
public:
    explicit ByPanels(const ConvPlan<T>& plan)
        : rows(std::clamp<Index>(table<T>().gemm.depth / plan.g.out_width, 1, plan.band)),
          plan_(plan),
          tiles_(table<T>().gemm),
          height_(even_part(plan.filters, tiles_.rows)),
          panels_(ceil_div(plan.depth, tiles_.columns)),
          offsets_(rows * plan.g.out_width),
          panel_(rows * plan.pitch * tiles_.columns),
          planes_(panels_ < pack_panels ? 0 : plan.filters * rows * plan.g.out_width + widest) {
        for (Index i = 0; i < rows * plan.g.out_width; ++i)
            offsets_[i] = (i / plan.g.out_width * plan.pitch + i % plan.g.out_width) * tiles_.columns;
    }

    const Index rows;  ///< at once

    void add(const Rows<T>& o) const {
        const Index depth = o.count * plan_.g.out_width;
        const bool packed = panels_ >= pack_panels;
        if (packed) pack_rows(o.dy, plan_.outputs, Index{1}, plan_.filters, depth, height_, planes_.get());
        for (Index tap = 0; tap < plan_.depth; tap += tiles_.columns) {
            const Index columns = std::min(tiles_.columns, plan_.depth - tap);
            pack_panel(o, tap, columns);
            for (Index f = 0; f < plan_.filters; f += height_) {
                const Index height = std::min(height_, plan_.filters - f);
                multiply_tile(tiles_, height, columns, depth,
                              packed ? planes_.get() + f * depth : o.dy + f * plan_.outputs, packed ? 1 : plan_.outputs,
                              packed ? height : 1, panel_.get(), offsets_.get(), o.dw + f * plan_.depth + tap,
                              plan_.depth, o.add);
            }
        }
    }

private:
    void pack_panel(const Rows<T>& o, Index tap, Index columns) const {
        std::array<const T*, widest> views;
        for (Index i = 0; i < columns; ++i) views[static_cast<std::size_t>(i)] = o.copy + plan_.offsets()[tap + i];
        table<T>().turn(views.data(), columns, (o.count - 1) * plan_.pitch + plan_.g.out_width, panel_.get(),
                        tiles_.columns);
    }

    const ConvPlan<T>& plan_;
    const GemmTiles<T>& tiles_;
    Index height_, panels_;
    Scratch<Index> offsets_;
    Scratch<T> panel_, planes_;
};

/// sums[block] = Σ over the images of the block; images [first, last) of whole blocks of `together`.
template <class Way, Real T>
void add_images(const ConvPlan<T>& plan, Range images, Index together, const T* x, const T* dy, T* sums) {
    const ConvGeometry& g = plan.g;
    const Way way(plan);
    const Scratch<T> copy(plan.copy_size());
    for (Index image = images.first; image < images.last; ++image)
        for (Index group = 0; group < g.groups; ++group)
            for (Index first = 0; first < g.out_height; first += plan.band) {
                const Index part = image * g.groups + group, last = std::min(first + plan.band, g.out_height);
                plan.copy(x + part * plan.channels * g.height * g.width, first, image == images.first && group == 0,
                          copy.get());
                for (Index row = first; row < last; row += way.rows)
                    way.add({std::min(way.rows, last - row), copy.get() + (row - first) * plan.pitch,
                             dy + part * plan.filters * plan.outputs + row * g.out_width,
                             sums + (image / together * g.groups + group) * plan.filters * plan.depth,
                             image % together > 0 || row > 0});
            }
}

}  // namespace

template <Real T>
void conv2d_weight_vjp(const ConvGeometry& g, const T* x, const T* dy, T* dw, bool per_row) {
    const ConvPlan<T> plan(g);
    const Index size = g.filters * plan.depth;
    if (size <= 0) return;
    if (g.rows * plan.outputs <= 0) return std::fill(dw, dw + (per_row ? g.rows * size : size), T(0));
    if (!per_row && channels_in_rows(plan)) return weight_vjp_by_channels(plan, x, dy, dw);
    const Index together = per_row ? 1 : plan.images_together();
    const Index blocks = ceil_div(g.rows, together);
    const Scratch<T> part(per_row || blocks == 1 ? 0 : blocks * size);
    T* const sums = per_row || blocks == 1 ? dw : part.get();
    const Index work = std::max<Index>(1, together * size * plan.outputs);
    parallel_for(blocks, std::max<Index>(1, (1 << 18) / work), [&](Index first, Index last) {
        const Range images{first * together, std::min(last * together, g.rows)};
        if (plane_by_plane(plan)) add_planes(plan, images, together, x, dy, sums);
        else if (plan.filters == 1) add_images<ByRows<T>>(plan, images, together, x, dy, sums);
        else if (plan.filters < many_filters) add_images<ByDots<T>>(plan, images, together, x, dy, sums);
        else add_images<ByPanels<T>>(plan, images, together, x, dy, sums);
    });
    if (sums != dw) sum(sums, dw, 1, blocks, size);
}

template void conv2d_weight_vjp(const ConvGeometry&, const float*, const float*, float*, bool);
template void conv2d_weight_vjp(const ConvGeometry&, const double*, const double*, double*, bool);

}  // namespace gradpath::kernels
