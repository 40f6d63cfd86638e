// Elementwise loops: blocks of fixed size over the threads, the table's loop within a block. What only moves or
// compares numbers, or does one exact operation per number, is the same on every instruction set and stands here in
// plain loops.
#include <algorithm>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/table.hpp>

namespace gradpath::kernels {
namespace {

constexpr Index block = 16384;  // numbers per task: some microseconds of work, more than it costs to wake a thread

}  // namespace

template <Real T>
void unary(OpCode code, const T* x, T* y, Index n) {
    const auto loop = table<T>().unary[place(code, OpCode::neg)];
    parallel_for(n, block, [=](Index first, Index last) { loop(x + first, y + first, last - first); });
}

template <Real T>
void binary(OpCode code, const T* a, Index step_a, const T* b, Index step_b, T* y, Index n) {
    const auto loop = table<T>().binary[place(code, OpCode::add)];
    parallel_for(n, block, [=](Index first, Index last) {
        loop(a + first * step_a, step_a, b + first * step_b, step_b, y + first, last - first);
    });
}

template <Real T>
void binary_blocks(OpCode code, const T* a, const Index* offsets_a, Index step_a, const T* b, const Index* offsets_b,
                   Index step_b, T* y, Index outer, Index inner) {
    if (inner <= 0) return;
    const auto loop = table<T>().binary[place(code, OpCode::add)];
    parallel_for(outer, std::max<Index>(1, block / inner), [=](Index first, Index last) {
        for (Index i = first; i < last; ++i)
            loop(a + offsets_a[i], step_a, b + offsets_b[i], step_b, y + i * inner, inner);
    });
}

template <Real T>
void where(const T* mask, Index step_mask, const T* a, Index step_a, const T* b, Index step_b, T* y, Index n) {
    parallel_for(n, block, [=](Index first, Index last) {
        for (Index i = first; i < last; ++i) y[i] = mask[i * step_mask] != T(0) ? a[i * step_a] : b[i * step_b];
    });
}

template <Real T>
void fill(T* y, T value, Index n) {
    parallel_for(n, block, [=](Index first, Index last) { std::fill(y + first, y + last, value); });
}

template <Real From, Real To>
void convert(const From* x, To* y, Index n) {
    parallel_for(n, block, [=](Index first, Index last) {
        for (Index i = first; i < last; ++i) y[i] = static_cast<To>(x[i]);
    });
}

template <Real T>
void adam(const AdamStep& o, const T* gradient, T* parameter, T* mean, T* variance, Index n) {
    const auto loop = table<T>().adam;
    parallel_for(n, block, [=, &o](Index first, Index last) {
        loop(o, gradient + first, parameter + first, mean + first, variance + first, last - first);
    });
}

template <Real T>
void sgd(const SgdStep& o, const T* gradient, T* parameter, T* velocity, Index n) {
    const auto loop = table<T>().sgd;
    parallel_for(n, block, [=, &o](Index first, Index last) {
        T* const moving = velocity == nullptr ? nullptr : velocity + first;
        loop(o, gradient + first, parameter + first, moving, last - first);
    });
}

template <Real T>
void rms_prop(const RmsPropStep& o, const T* gradient, T* parameter, const RmsPropMoments<T>& moments, Index n) {
    const auto loop = table<T>().rms_prop;
    parallel_for(n, block, [=, &o](Index first, Index last) {
        const auto at = [first](T* start) { return start == nullptr ? nullptr : start + first; };
        loop(o, gradient + first, parameter + first, {at(moments.square), at(moments.mean), at(moments.velocity)},
             last - first);
    });
}

template void unary(OpCode, const float*, float*, Index);
template void unary(OpCode, const double*, double*, Index);
template void binary(OpCode, const float*, Index, const float*, Index, float*, Index);
template void binary(OpCode, const double*, Index, const double*, Index, double*, Index);
template void binary_blocks(OpCode, const float*, const Index*, Index, const float*, const Index*, Index, float*, Index,
                            Index);
template void binary_blocks(OpCode, const double*, const Index*, Index, const double*, const Index*, Index, double*,
                            Index, Index);
template void where(const float*, Index, const float*, Index, const float*, Index, float*, Index);
template void where(const double*, Index, const double*, Index, const double*, Index, double*, Index);
template void fill(float*, float, Index);
template void fill(double*, double, Index);
template void convert(const float*, float*, Index);
template void convert(const float*, double*, Index);
template void convert(const double*, float*, Index);
template void convert(const double*, double*, Index);
template void adam(const AdamStep&, const float*, float*, float*, float*, Index);
template void adam(const AdamStep&, const double*, double*, double*, double*, Index);
template void sgd(const SgdStep&, const float*, float*, float*, Index);
template void sgd(const SgdStep&, const double*, double*, double*, Index);
template void rms_prop(const RmsPropStep&, const float*, float*, const RmsPropMoments<float>&, Index);
template void rms_prop(const RmsPropStep&, const double*, double*, const RmsPropMoments<double>&, Index);

}  // namespace gradpath::kernels
