#include <gradpath/autodiff/kernels/conv_planes.hpp>

#include <algorithm>

#include <gradpath/autodiff/kernels/parallel.hpp>

namespace gradpath::kernels {
namespace {

constexpr Index deepest = 512;         // a longer chain would lose digits
constexpr double worth_masking = 0.5;  // of the lanes are busy, at least
constexpr Index one_task = 1 << 18;    // multiply-adds that are not worth waking a thread for

}  // namespace

template <Real T>
bool plane_by_plane(const ConvPlan<T>& plan) {
    const ConvGeometry& g = plan.g;
    const bool three = g.kernel_height == 3 && g.kernel_width == 3;
    const bool unit = g.stride_height == 1 && g.stride_width == 1 && g.dilation_height == 1 && g.dilation_width == 1;
    return three && unit && std::min(plan.channels, plan.filters) == 1 && plan.depth <= deepest &&
           table<T>().convolve_3x3 != nullptr && filled(g.out_width, table<T>().conv.lanes) >= worth_masking;
}

template <Real T>
void convolve_planes(const ConvPlan<T>& plan, const T* x, const T* weight, T* y) {
    const ConvGeometry& g = plan.g;
    const Index work = std::max<Index>(1, plan.depth * plan.band * g.out_width);
    parallel_for(g.rows * g.filters * plan.bands, std::max<Index>(1, one_task / work), [&](Index first, Index last) {
        for (Index task = first; task < last; ++task) {
            const Index plane = task / plan.bands, row = task % plan.bands * plan.band;
            const Index image = plane / g.filters, filter = plane % g.filters;
            const Index channel = filter / plan.filters * plan.channels;
            const Range rows{row, std::min(row + plan.band, g.out_height)};
            table<T>().convolve_3x3(g, x + (image * g.channels + channel) * g.height * g.width,
                                    weight + filter * plan.depth, rows, y + plane * plan.outputs);
            plan.add_one_bias(filter, (rows.last - row) * g.out_width, y + plane * plan.outputs + row * g.out_width);
        }
    });
}

template <Real T>
void add_planes(const ConvPlan<T>& plan, Range images, Index together, const T* x, const T* dy, T* sums) {
    const ConvGeometry& g = plan.g;
    for (Index image = images.first; image < images.last; ++image)
        for (Index filter = 0; filter < g.filters; ++filter)
            for (Index c = 0; c < plan.channels; ++c) {
                const Index channel = filter / plan.filters * plan.channels + c;
                table<T>().convolve_3x3_weight_vjp(
                    g, x + (image * g.channels + channel) * g.height * g.width,
                    dy + (image * g.filters + filter) * plan.outputs,
                    sums + (image / together * g.filters + filter) * plan.depth + c * plan.taps, image % together > 0);
            }
}

template bool plane_by_plane(const ConvPlan<float>&);
template bool plane_by_plane(const ConvPlan<double>&);
template void convolve_planes(const ConvPlan<float>&, const float*, const float*, float*);
template void convolve_planes(const ConvPlan<double>&, const double*, const double*, double*);
template void add_planes(const ConvPlan<float>&, Range, Index, const float*, const float*, float*);
template void add_planes(const ConvPlan<double>&, Range, Index, const double*, const double*, double*);

}  // namespace gradpath::kernels
