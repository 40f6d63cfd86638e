// Convolution with images in the lanes: as many images as a vector holds are laid side by side, number by number. No
// lane is then lost at the end of a row, no load straddles a line of the cache, and taps that fall beside the image are
// left out, since they do so for all lanes alike; a sum without its zeros is the same sum. Rows of the kernel that fall
// beside are left out for each row of outputs, columns for each tile of neighbours, between which the copy of the
// images has zeros. What this costs is turning the images there and the results back.
#include <gradpath/autodiff/kernels/conv_images.hpp>

#include <algorithm>
#include <array>
#include <vector>

#include <gradpath/autodiff/kernels/parallel.hpp>

namespace gradpath::kernels {
namespace {

constexpr Index most_vectors = 8;        // no set has more vectors in a tile,
constexpr Index most_lanes = 16;         // nor longer ones
constexpr Index worth_turning = 64;      // multiply-adds per output that repay turning it,
constexpr Index worth_copying = 16;      // and per number of the image
constexpr double worth_leaving = 0.75;   // the most of the lanes that the other ways may keep busy
constexpr Index copy_size = 128 * 1024;  // numbers of a copy, at most: it is to stay in the second-level cache
constexpr Index fewest_tasks = 4;
constexpr Index one_task = 1 << 18;  // multiply-adds that are not worth waking a thread for

/// The taps along one axis that meet the image from any of these outputs, and those between them.
Range taps_from(Range outputs, const PhaseAxis& axis, Index taps, Index padding, Index length) {
    Range found{taps, 0};
    for (Index tap = 0; tap < taps; ++tap) {
        const Range meet = meets(outputs.last, axis.stride, tap * axis.dilation - padding, length);
        if (std::max(meet.first, outputs.first) >= meet.last) continue;
        found = {std::min(found.first, tap), tap + 1};
    }
    return found.first < found.last ? found : Range{0, 0};
}

/// Numbers from a row of the copy of an image to the next.
Index pitch_of(const ConvGeometry& g) {
    return std::max((g.out_width - 1) * g.stride_width + (g.kernel_width - 1) * g.dilation_width + 1,
                    g.padding_width + g.width);
}

/// Rows of images that this many rows of outputs meet, at most.
Index rows_under(const ConvGeometry& g, Index out_rows) {
    return std::min(g.height, (out_rows - 1) * g.stride_height + (g.kernel_height - 1) * g.dilation_height + 1);
}

/// Output rows of a task: few enough for its copy to fit the cache, and for all threads to find one.
template <Real T>
Index band_of(const ConvPlan<T>& plan) {
    const ConvGeometry& g = plan.g;
    const Index lanes = table<T>().conv.lanes;
    Index band = ceil_div(g.out_height, std::min(g.out_height, ceil_div(fewest_tasks, ceil_div(g.rows, lanes))));
    while (band > 1 && plan.channels * rows_under(g, band) * pitch_of(g) * lanes > copy_size) band = ceil_div(band, 2);
    return band;
}

/// One filter whose taps meet, at the next output, what the next tap meets here: a tile of full width loads that once.
template <Real T>
bool slides_along(const ConvPlan<T>& plan) {
    const ConvGeometry& g = plan.g;
    return plan.filters == 1 && g.kernel_width == 5 && g.stride_width == g.dilation_width &&
           g.out_width >= table<T>().conv.vectors[0];
}

/// The plan of one call.
template <Real T>
class ImageLanes {
public:
    ImageLanes(const ConvPlan<T>& plan, const T* weight)
        : band(band_of(plan)),
          lanes(table<T>().conv.lanes),
          plan_(plan),
          weight_(weight),
          tiles_(table<T>().conv),
          filters_(even_part(plan.filters, table<T>().gemm.rows)),
          width_(tiles_.vectors[filters_ - 1]),
          across_(ceil_div(plan.g.out_width, width_)),
          pitch_(pitch_of(plan.g)),
          rows_(rows_under(plan.g, band)),
          blocks_(ceil_div(plan.depth, table<T>().gemm.depth)),
          slides_(slides_along(plan)) {
        list_runs();
    }

    const Index band, lanes;  ///< output rows of a task; its images

    Index copy_numbers() const { return plan_.channels * rows_ * pitch_ * lanes; }
    Index plane_numbers() const { return rows_ * plan_.g.width * lanes; }
    Index sums_numbers() const { return plan_.filters * band * plan_.g.out_width * lanes; }

    /// What output rows of one group of some images need, turned and with zeros between the rows; `plane` is a buffer.
    void copy(const T* x, Index images, Range out_rows, T* plane, T* to) const {
        const ConvGeometry& g = plan_.g;
        const Range rows = inputs_of(out_rows);
        std::array<const T*, most_lanes> from;
        for (Index c = 0; c < plan_.channels; ++c, to += rows_ * pitch_ * lanes) {
            for (Index i = 0; i < lanes; ++i)
                from[static_cast<std::size_t>(i)] =
                    x + ((std::min(i, images - 1) * g.channels + c) * g.height + rows.first) * g.width;
            table<T>().turn(from.data(), lanes, (rows.last - rows.first) * g.width, plane, lanes);
            table<T>().copy_lines(plane, g.width * lanes, rows.last - rows.first, g.width * lanes,
                                  to + g.padding_width * lanes, pitch_ * lanes);
        }
    }

    /// sums[filter][position][image] of these output rows.
    void add_up(const T* copy, Index group, Range out_rows, T* sums) const {
        const T* const weight = weight_ + group * plan_.filters * plan_.depth;
        for (Index row = out_rows.first; row < out_rows.last; ++row)
            for (Index tile = 0; tile < across_; ++tile)
                for (Index f = 0; f < plan_.filters; f += filters_)
                    run(copy, weight + f * plan_.depth, std::min(filters_, plan_.filters - f), {row, tile, out_rows},
                        sums + f * sums_step());
    }

    /// Turns the sums back: y points at the first output of the first image.
    void store(const T* sums, Index images, Range out_rows, T* y) const {
        const ConvGeometry& g = plan_.g;
        const Index positions = (out_rows.last - out_rows.first) * g.out_width;
        for (Index f = 0; f < plan_.filters; ++f)
            store_turned<T>({sums + f * sums_step(), lanes, positions, images},
                            y + f * plan_.outputs + out_rows.first * g.out_width, g.filters * plan_.outputs);
    }

private:
    /// The rows of the kernel that a row of outputs meets, and the place of its lists of taps.
    struct Row {
        Range taps;
        Index list;
    };
    struct Place {
        Index row, tile;
        Range out_rows;
    };

    Index sums_step() const { return band * plan_.g.out_width * lanes; }
    /// The last tile of a row is cut off; one that slides is moved back instead.
    Range columns_of(Index tile) const {
        const Index first = tile * width_, last = std::min(first + width_, plan_.g.out_width);
        return {slides_ ? last - width_ : first, last};
    }
    /// The rows of the image that output rows meet.
    Range inputs_of(Range out_rows) const {
        const ConvGeometry& g = plan_.g;
        const Index first = out_rows.first * g.stride_height - g.padding_height;
        const Index last =
            (out_rows.last - 1) * g.stride_height - g.padding_height + (g.kernel_height - 1) * g.dilation_height + 1;
        return {std::clamp<Index>(first, 0, g.height), std::clamp<Index>(last, 0, g.height)};
    }

    /// The taps of each row of outputs and each tile of neighbours, split where a block of the depth ends. Rows of
    /// outputs that meet the same rows of the kernel share a list.
    void list_runs() {
        const ConvGeometry& g = plan_.g;
        Index lists = 0;
        for (Index row = 0; row < g.out_height; ++row) {
            const Range rows = taps_from({row, row + 1}, plan_.rows(), g.kernel_height, g.padding_height, g.height);
            const auto same = [&](const Row& r) { return r.taps.first == rows.first && r.taps.last == rows.last; };
            const auto like = std::find_if(row_.begin(), row_.end(), same);
            const bool fresh = like == row_.end();
            row_.push_back({rows, fresh ? lists++ : like->list});
            for (Index tile = 0; fresh && tile < across_; ++tile) list_tile(rows, tile);
        }
        starts_.push_back(static_cast<Index>(runs_.size()));
    }

    void list_tile(Range rows, Index tile) {
        const ConvGeometry& g = plan_.g;
        const Index block = table<T>().gemm.depth;
        const Range columns = taps_from(columns_of(tile), plan_.columns(), g.kernel_width, g.padding_width, g.width);
        Index begun = 0;  // blocks
        const auto begin_block = [&] {
            starts_.push_back(static_cast<Index>(runs_.size()));
            ++begun;
        };
        for (Index c = 0; c < plan_.channels; ++c)
            for (Index i = rows.first; i < rows.last; ++i)
                for (Index j = columns.first; j < columns.last;) {
                    const Index tap = (c * g.kernel_height + i) * g.kernel_width + j;
                    while (begun * block <= tap) begin_block();
                    const Index count = std::min(columns.last - j, begun * block - tap);
                    const Index line = c * rows_ + (i - rows.first) * g.dilation_height;
                    runs_.push_back({tap, count, (line * pitch_ + j * g.dilation_width) * lanes});
                    j += count;
                }
        while (begun < blocks_) begin_block();
    }

    /// One tile: `filters` filters from `weight` on, at neighbouring outputs of a row.
    void run(const T* copy, const T* weight, Index filters, const Place& at, T* sums) const {
        const ConvGeometry& g = plan_.g;
        const Row& row = row_[static_cast<std::size_t>(at.row)];
        const Index first_row = at.row * g.stride_height - g.padding_height + row.taps.first * g.dilation_height -
                                inputs_of(at.out_rows).first;
        const Range columns = columns_of(at.tile);
        std::array<Index, most_vectors> from, to;
        for (Index v = 0; v < tiles_.vectors[filters - 1]; ++v) {
            const Index column = std::min(columns.first + v, columns.last - 1);
            from[static_cast<std::size_t>(v)] =
                (std::max<Index>(first_row, 0) * pitch_ + column * g.stride_width) * lanes;
            to[static_cast<std::size_t>(v)] = ((at.row - at.out_rows.first) * g.out_width + column) * lanes;
        }
        alignas(64) T before[ConvTiles<T>::most_rows * 2 * most_lanes];
        const Index list = (row.list * across_ + at.tile) * blocks_;
        for (Index block = 0; block < blocks_; ++block) {
            const bool done = block + 1 == blocks_;
            const Index* const start = starts_.data() + list + block;
            const PositionTile<T> tile{from.data(), done ? sums : before, done ? to.data() : nullptr, sums_step(),
                                       block > 0 ? before : nullptr};
            const TapRuns runs{runs_.data() + start[0], runs_.data() + start[1], g.dilation_width * lanes, slides_};
            tiles_.images[filters - 1](runs, weight, plan_.depth, copy, tile);
        }
    }

    const ConvPlan<T>& plan_;
    const T* weight_;
    const ConvTiles<T>& tiles_;
    Index filters_, width_, across_;  // of a tile; tiles of a row of outputs
    Index pitch_, rows_;              // of a plane of the copy
    Index blocks_;                    // of the depth
    bool slides_;
    std::vector<TapRun, memory::Pooled<TapRun>> runs_;
    std::vector<Index, memory::Pooled<Index>> starts_;  // of each list's blocks, in runs_
    std::vector<Row, memory::Pooled<Row>> row_;         // of outputs
};

/// The part of all taps of all outputs that meets the image, along one axis.
double share(const PhaseAxis& axis, Index outputs, Index taps, Index padding, Index length) {
    Index met = 0;
    for (Index tap = 0; tap < taps; ++tap) {
        const Range meet = meets(outputs, axis.stride, tap * axis.dilation - padding, length);
        met += meet.last - meet.first;
    }
    return static_cast<double>(met) / static_cast<double>(outputs * taps);
}

}  // namespace

template <Real T>
bool images_in_lanes(const ConvPlan<T>& plan) {
    const ConvGeometry& g = plan.g;
    const Index lanes = table<T>().conv.lanes;
    if (2 * g.rows < lanes || plan.depth < worth_turning || plan.taps * plan.filters < worth_copying) return false;
    const double busy = std::max(filled(plan.filters, lanes), filled(g.out_width, lanes)) *
                        share(plan.rows(), g.out_height, g.kernel_height, g.padding_height, g.height) *
                        share(plan.columns(), g.out_width, g.kernel_width, g.padding_width, g.width);
    return slides_along(plan) || busy < worth_leaving;
}

template <Real T>
void convolve_images(const ConvPlan<T>& plan, const T* x, const T* weight, T* y) {
    const ConvGeometry& g = plan.g;
    const ImageLanes<T> way(plan, weight);
    const Index bands = ceil_div(g.out_height, way.band), tasks = ceil_div(g.rows, way.lanes) * bands;
    const Index work = std::max<Index>(1, way.lanes * g.filters * plan.depth * way.band * g.out_width);
    parallel_for(tasks, std::max<Index>(1, one_task / work), [&](Index first, Index last) {
        const Scratch<T> copy(way.copy_numbers()), plane(way.plane_numbers()), sums(way.sums_numbers());
        std::fill_n(copy.get(), way.copy_numbers(), T(0));
        for (Index task = first; task < last; ++task)
            for (Index group = 0; group < g.groups; ++group) {
                const Index image = task / bands * way.lanes, images = std::min(way.lanes, g.rows - image);
                const Index row = task % bands * way.band;
                const Range out_rows{row, std::min(row + way.band, g.out_height)};
                way.copy(x + (image * g.groups + group) * plan.channels * g.height * g.width, images, out_rows,
                         plane.get(), copy.get());
                way.add_up(copy.get(), group, out_rows, sums.get());
                T* const to = y + (image * g.groups + group) * plan.filters * plan.outputs;
                way.store(sums.get(), images, out_rows, to);
                for (Index i = 0; i < images; ++i)
                    plan.add_bias(group, (out_rows.last - row) * g.out_width,
                                  to + i * g.filters * plan.outputs + row * g.out_width);
            }
    });
}

template bool images_in_lanes(const ConvPlan<float>&);
template bool images_in_lanes(const ConvPlan<double>&);
template void convolve_images(const ConvPlan<float>&, const float*, const float*, float*);
template void convolve_images(const ConvPlan<double>&, const double*, const double*, double*);

}  // namespace gradpath::kernels
