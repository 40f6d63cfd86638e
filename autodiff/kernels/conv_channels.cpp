// The copy of an image is turned so that the channels of a position lie side by side, and dy so that its filters do.
// A tile's rows are then channels, all under one tap, and its vectors filters; its depth are the positions of a few
// rows. So each number is turned once, where panels of taps would have it turned once for each tap.
#include <gradpath/autodiff/kernels/conv_channels.hpp>

#include <algorithm>

#include <gradpath/autodiff/kernels/parallel.hpp>

namespace gradpath::kernels {
namespace {

constexpr Index many_filters = 12;   // from here on turning repays
constexpr Index many_channels = 8;   // and they fill a tile
constexpr Index one_task = 1 << 18;  // multiply-adds that are not worth waking a thread for

template <Real T>
class ChannelTiles {
public:
    explicit ChannelTiles(const ConvPlan<T>& plan)
        : plan_(plan),
          tiles_(table<T>().conv),
          rows_(std::clamp<Index>(table<T>().gemm.depth / plan.g.out_width, 1, plan.band)),
          height_(even_part(plan.channels, table<T>().gemm.rows)),
          width_(plan.filters <= tiles_.lanes ? tiles_.lanes : 2 * tiles_.lanes),
          panels_(ceil_div(plan.filters, width_)),
          pitch_((ceil_div(plan.channels, tiles_.lanes) | 1) * tiles_.lanes),
          offsets_(rows_ * plan.g.out_width) {
        for (Index i = 0; i < rows_ * plan.g.out_width; ++i)
            offsets_[i] = (i / plan.g.out_width * plan.pitch + i % plan.g.out_width) * pitch_;
    }

    /// Of [group][panel of filters][tap][channel][filter]
    Index sums_size() const { return plan_.g.groups * group_size(); }

    /// sums = Σ over these images
    void add_images(Range images, const T* x, const T* dy, T* sums) const {
        const ConvGeometry& g = plan_.g;
        const Scratch<T> copy(plan_.copy_size()), turned(plan_.plane() * pitch_);
        const Scratch<T> slopes(panels_ * rows_ * g.out_width * width_);
        std::fill_n(slopes.get(), panels_ * rows_ * g.out_width * width_, T(0));  // where a panel is not full
        for (Index part = images.first * g.groups; part < images.last * g.groups; ++part)
            for (Index first = 0; first < g.out_height; first += plan_.band) {
                plan_.copy(x + part * plan_.channels * g.height * g.width, first, part == images.first * g.groups,
                           copy.get());
                turn_channels(copy.get(), turned.get());
                const Index last = std::min(first + plan_.band, g.out_height);
                for (Index row = first; row < last; row += rows_) {
                    const Index count = std::min(rows_, last - row) * g.out_width;
                    turn_filters(dy + part * plan_.filters * plan_.outputs + row * g.out_width, count, slopes.get());
                    const bool add = part >= (images.first + 1) * g.groups || row > 0;
                    multiply(turned.get() + (row - first) * plan_.pitch * pitch_, slopes.get(), count,
                             sums + part % g.groups * group_size(), add);
                }
            }
    }

    /// [filter][channel][tap] of all groups
    void store(const T* sums, T* dw) const {
        for (Index filter = 0; filter < plan_.g.filters; ++filter) {
            const Index f = filter % plan_.filters;
            const T* const from = sums + filter / plan_.filters * group_size() + f / width_ * panel_size() + f % width_;
            for (Index c = 0; c < plan_.channels; ++c)
                for (Index tap = 0; tap < plan_.taps; ++tap) *dw++ = from[(tap * plan_.channels + c) * width_];
        }
    }

private:
    Index panel_size() const { return plan_.depth * width_; }
    Index group_size() const { return panels_ * panel_size(); }

    void turn_channels(const T* copy, T* turned) const {
        for (Index c = 0; c < plan_.channels; c += tiles_.lanes)
            turn_lines<T>(
                {copy + c * plan_.plane(), plan_.plane(), std::min(tiles_.lanes, plan_.channels - c), plan_.plane()},
                turned + c, pitch_);
    }
    void turn_filters(const T* dy, Index count, T* slopes) const {
        for (Index f = 0; f < plan_.filters; f += width_, slopes += count * width_)
            turn_lines<T>({dy + f * plan_.outputs, plan_.outputs, std::min(width_, plan_.filters - f), count}, slopes,
                          width_);
    }

    void multiply(const T* turned, const T* slopes, Index count, T* sums, bool add) const {
        const auto& tiles = width_ == tiles_.lanes ? tiles_.narrow : tiles_.wide;
        for (Index panel = 0; panel < panels_; ++panel)
            for (Index c = 0; c < plan_.channels; c += height_)
                for (Index tap = 0; tap < plan_.taps; ++tap)
                    tiles[std::min(height_, plan_.channels - c) - 1](
                        count, turned + plan_.offsets()[tap] * pitch_ + c, offsets_.get(),
                        slopes + panel * count * width_,
                        sums + panel * panel_size() + (tap * plan_.channels + c) * width_, width_, add);
    }

    const ConvPlan<T>& plan_;
    const ConvTiles<T>& tiles_;
    Index rows_;                     // of outputs at once
    Index height_, width_, panels_;  // of a tile: channels, filters
    Index pitch_;  // from a position to the next: channels, and an odd number of vectors, for all sets of the cache
    Scratch<Index> offsets_;  // of positions
};

}  // namespace

template <Real T>
bool channels_in_rows(const ConvPlan<T>& plan) {
    return plan.taps > 1 && plan.channels >= many_channels && plan.filters >= many_filters;
}

template <Real T>
void weight_vjp_by_channels(const ConvPlan<T>& plan, const T* x, const T* dy, T* dw) {
    const ChannelTiles<T> tiles(plan);
    const Index together = plan.images_together(), blocks = ceil_div(plan.g.rows, together), size = tiles.sums_size();
    const Scratch<T> sums(blocks * size), total(size);
    const Index work = std::max<Index>(1, together * plan.g.filters * plan.depth * plan.outputs);
    parallel_for(blocks, std::max<Index>(1, one_task / work), [&](Index first, Index last) {
        for (Index block = first; block < last; ++block)
            tiles.add_images({block * together, std::min((block + 1) * together, plan.g.rows)}, x, dy,
                             sums.get() + block * size);
    });
    sum(static_cast<const T*>(sums.get()), total.get(), 1, blocks, size);
    tiles.store(total.get(), dw);
}

template bool channels_in_rows(const ConvPlan<float>&);
template bool channels_in_rows(const ConvPlan<double>&);
template void weight_vjp_by_channels(const ConvPlan<float>&, const float*, const float*, float*);
template void weight_vjp_by_channels(const ConvPlan<double>&, const double*, const double*, double*);

}  // namespace gradpath::kernels
