// The adjoint of convolution for its input. For stride 1 it is again a convolution, of dy with the weights turned by
// half and their first two axes exchanged (Dumoulin & Visin 2016, relationship 13). Otherwise the columns Wᵀ·dy of a
// few channels at a time are added to where they came from.
#include <algorithm>

#include <gradpath/autodiff/kernels/conv_plan.hpp>
#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/product.hpp>

namespace gradpath::kernels {
namespace {

/// Sizes of one group.
struct Group {
    Index channels, filters, taps, depth, outputs;
    explicit Group(const ConvGeometry& g)
        : channels(g.channels / g.groups),
          filters(g.filters / g.groups),
          taps(g.kernel_height * g.kernel_width),
          depth(channels * taps),
          outputs(g.out_height * g.out_width) {}
};

/// One group's weights: [filters, channels, taps] → [channels, filters, the taps reversed].
template <Real T>
void turn_weights(const Group& one, const T* weight, T* turned) {
    constexpr Index most = 32;  // numbers of a line that can be turned at once
    if (one.taps == 1) {
        for (Index c = 0; c < one.channels; c += most)
            store_turned<T>({weight + c, one.channels, one.filters, std::min(most, one.channels - c)},
                            turned + c * one.filters, one.filters);
        return;
    }
    for (Index c = 0; c < one.channels; ++c)
        for (Index f = 0; f < one.filters; ++f, turned += one.taps) {
            const T* const from = weight + (f * one.channels + c) * one.taps;
            std::reverse_copy(from, from + one.taps, turned);
        }
}

template <Real T>
void input_vjp_as_convolution(const ConvGeometry& g, const T* dy, const T* weight, T* dx) {
    const Group one(g);
    const Scratch<T> turned(g.channels * one.filters * one.taps);
    for (Index group = 0; group < g.groups; ++group) {
        const Index first = group * one.filters * one.depth;
        turn_weights(one, weight + first, turned.get() + first);
    }
    ConvGeometry back = g;
    back.channels = g.filters;
    back.filters = g.channels;
    back.height = g.out_height;
    back.width = g.out_width;
    back.out_height = g.height;
    back.out_width = g.width;
    back.padding_height = g.dilation_height * (g.kernel_height - 1) - g.padding_height;
    back.padding_width = g.dilation_width * (g.kernel_width - 1) - g.padding_width;
    conv2d<T>(back, dy, turned.get(), nullptr, dx);
}

/// Adds the columns of one channel, [taps, outputs], to its plane.
template <Real T>
void add_columns(const ConvGeometry& g, const T* columns, T* plane) {
    for (Index i = 0; i < g.kernel_height; ++i)
        for (Index j = 0; j < g.kernel_width; ++j, columns += g.out_height * g.out_width) {
            const Index down = i * g.dilation_height - g.padding_height, right = j * g.dilation_width - g.padding_width;
            const Range rows = meets(g.out_height, g.stride_height, down, g.height);
            const Range across = meets(g.out_width, g.stride_width, right, g.width);
            for (Index oy = rows.first; oy < rows.last; ++oy) {
                T* const to = plane + (oy * g.stride_height + down) * g.width;
                for (Index ox = across.first; ox < across.last; ++ox)
                    to[ox * g.stride_width + right] += columns[oy * g.out_width + ox];
            }
        }
}

template <Real T>
void input_vjp_by_columns(const ConvGeometry& g, const T* dy, const T* weight, T* dx) {
    const Group one(g);
    const Index plane = g.height * g.width,
                at_once = std::clamp<Index>(65536 / (one.taps * one.outputs), 1, one.channels);
    const Index work = std::max<Index>(1, g.filters * one.depth * one.outputs);
    parallel_for(g.rows, std::max<Index>(1, (1 << 18) / work), [&](Index first, Index last) {
        const Scratch<T> columns(at_once * one.taps * one.outputs);
        std::fill(dx + first * g.channels * plane, dx + last * g.channels * plane, T(0));
        for (Index row = first; row < last; ++row)
            for (Index channel = 0; channel < g.channels;) {
                const Index group = channel / one.channels, c = channel % one.channels;
                const Index count = std::min(at_once, one.channels - c);
                multiply(Product<T>{.m = count * one.taps,
                                    .n = one.outputs,
                                    .k = one.filters,
                                    .a = weight + group * one.filters * one.depth + c * one.taps,
                                    .a_row = 1,
                                    .a_depth = one.depth,
                                    .b = dy + (row * g.filters + group * one.filters) * one.outputs,
                                    .b_depth = one.outputs,
                                    .b_column = 1,
                                    .c = columns.get(),
                                    .c_row = one.outputs});
                for (Index i = 0; i < count; ++i)
                    add_columns(g, columns.get() + i * one.taps * one.outputs,
                                dx + (row * g.channels + channel + i) * plane);
                channel += count;
            }
    });
}

}  // namespace

template <Real T>
void conv2d_input_vjp(const ConvGeometry& g, const T* dy, const T* weight, T* dx) {
    const Group one(g);
    if (g.rows * g.channels * g.height * g.width <= 0) return;
    if (one.filters * one.outputs * one.taps <= 0)
        return std::fill(dx, dx + g.rows * g.channels * g.height * g.width, T(0));
    const bool unit = g.stride_height == 1 && g.stride_width == 1;
    const bool inside = g.padding_height <= g.dilation_height * (g.kernel_height - 1) &&
                        g.padding_width <= g.dilation_width * (g.kernel_width - 1);
    if (unit && inside) input_vjp_as_convolution(g, dy, weight, dx);
    else input_vjp_by_columns(g, dy, weight, dx);
}

template void conv2d_input_vjp(const ConvGeometry&, const float*, const float*, float*);
template void conv2d_input_vjp(const ConvGeometry&, const double*, const double*, double*);

}  // namespace gradpath::kernels
