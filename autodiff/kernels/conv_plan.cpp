#include <gradpath/autodiff/kernels/conv_plan.hpp>

#include <array>

namespace gradpath::kernels {
namespace {

constexpr Index task_work = 1 << 22;  // multiply-adds of a band
constexpr Index widest = 32;          // no set has wider tiles
constexpr Index beyond = 32;          // a tile may read so far past the last position

/// to[r][i] = from[r · step_row + i · step]
template <Real T>
void copy_rectangle(const T* from, Index step_row, Index step, Index rows, Index count, T* to, Index pitch) {
    if (step == 1) return table<T>().copy_lines(from, step_row, rows, count, to, pitch);
    for (Index r = 0; r < rows; ++r)
        for (Index i = 0; i < count; ++i) to[r * pitch + i] = from[r * step_row + i * step];
}

}  // namespace

template <Real T>
ConvPlan<T>::ConvPlan(const ConvGeometry& geometry, const T* bias)
    : g(geometry),
      channels(g.channels / g.groups),
      filters(g.filters / g.groups),
      taps(g.kernel_height * g.kernel_width),
      depth(channels * taps),
      outputs(g.out_height * g.out_width),
      rows_(g.kernel_height, g.dilation_height, g.stride_height),
      columns_(g.kernel_width, g.dilation_width, g.stride_width),
      bias_(bias),
      offsets_(depth) {
    bands = std::clamp<Index>(outputs * g.filters * depth / task_work, 1, std::max<Index>(1, g.out_height));
    band = ceil_div(g.out_height, bands);
    bands = ceil_div(g.out_height, std::max<Index>(1, band));
    pitch = g.out_width + columns_.reach;
    plane_ = pitch * (band + rows_.reach);
    Index* offset = offsets_.get();
    for (Index c = 0; c < channels; ++c)
        for (Index i = 0; i < g.kernel_height; ++i)
            for (Index j = 0; j < g.kernel_width; ++j)
                *offset++ = ((c * rows_.phases + rows_.phase(i)) * columns_.phases + columns_.phase(j)) * plane_ +
                            rows_.shift(i) * pitch + columns_.shift(j);
}

template <Real T>
Index ConvPlan<T>::copy_size() const {
    return channels * rows_.phases * columns_.phases * plane_ + beyond;
}

template <Real T>
void ConvPlan<T>::copy(const T* image, Index first_row, bool fresh, T* to) const {
    if (fresh || bands > 1) std::fill(to, to + copy_size(), T(0));
    for (Index c = 0; c < channels; ++c, image += g.height * g.width)
        for (Index row_phase = 0; row_phase < rows_.phases; ++row_phase)
            for (Index phase = 0; phase < columns_.phases; ++phase, to += plane_) {
                const Index down = first_row * g.stride_height + row_phase - g.padding_height;
                const Index right = phase - g.padding_width;
                const Range rows = meets(band + rows_.reach, g.stride_height, down, g.height);
                const Range across = meets(pitch, g.stride_width, right, g.width);
                if (rows.first >= rows.last || across.first >= across.last) continue;
                const T* const from =
                    image + (rows.first * g.stride_height + down) * g.width + across.first * g.stride_width + right;
                copy_rectangle(from, g.stride_height * g.width, g.stride_width, rows.last - rows.first,
                               across.last - across.first, to + rows.first * pitch + across.first, pitch);
            }
}

template <Real T>
void ConvPlan<T>::add_bias(Index group, Index count, T* y) const {
    for (Index f = 0; f < filters; ++f) add_one_bias(group * filters + f, count, y + f * outputs);
}

template <Real T>
void ConvPlan<T>::add_one_bias(Index filter, Index count, T* y) const {
    if (bias_ != nullptr) binary(OpCode::add, static_cast<const T*>(y), 1, bias_ + filter, 0, y, count);
}

template <Real T>
void turn_lines(const Lines<T>& lines, T* y, Index step) {
    std::array<const T*, widest> each;
    for (Index i = 0; i < lines.count; ++i) each[static_cast<std::size_t>(i)] = lines.first + i * lines.step;
    table<T>().turn(each.data(), lines.count, lines.length, y, step);
}

template <Real T>
void store_turned(const Lines<T>& lines, T* y, Index step) {
    const Index lanes = table<T>().conv.lanes;
    for (Index first = 0; first < lines.count; first += lanes) {
        const Lines<T> some{lines.first + first * lines.step, lines.step, std::min(lanes, lines.count - first),
                            lines.length};
        if (some.count == lanes) {
            turn_lines(some, y + first, step);
        } else {
            alignas(64) T rest[widest * widest];
            turn_lines(some, rest, lanes);
            table<T>().copy_lines(rest, lanes, lines.length, some.count, y + first, step);
        }
    }
}

template class ConvPlan<float>;
template class ConvPlan<double>;
template void turn_lines(const Lines<float>&, float*, Index);
template void turn_lines(const Lines<double>&, double*, Index);
template void store_turned(const Lines<float>&, float*, Index);
template void store_turned(const Lines<double>&, double*, Index);

}  // namespace gradpath::kernels
