// Softmax and its relatives: rows are computed alone and spread over the threads.
#include <algorithm>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/scratch.hpp>
#include <gradpath/autodiff/kernels/table.hpp>

namespace gradpath::kernels {
namespace {

Index rows_per_task(Index n) { return std::max<Index>(1, 8192 / std::max<Index>(1, n)); }

}  // namespace

template <Real T>
void softmax(const T* x, T* y, Index rows, Index n) {
    const auto loop = table<T>().softmax;
    parallel_for(rows, rows_per_task(n),
                 [=](Index first, Index last) { loop(x + first * n, y + first * n, last - first, n); });
}

template <Real T>
void log_softmax(const T* x, T* y, Index rows, Index n) {
    const auto loop = table<T>().log_softmax;
    parallel_for(rows, rows_per_task(n),
                 [=](Index first, Index last) { loop(x + first * n, y + first * n, last - first, n); });
}

template <Real T>
void softmax_vjp(const T* y, const T* g, T* dx, Index rows, Index n) {
    const auto loop = table<T>().softmax_vjp;
    parallel_for(rows, rows_per_task(n),
                 [=](Index first, Index last) { loop(y + first * n, g + first * n, dx + first * n, last - first, n); });
}

template <Real T>
void cross_entropy(const T* x, const Index* labels, T* loss, Index rows, Index n) {
    const auto loop = table<T>().log_softmax;
    parallel_for(rows, rows_per_task(n), [=](Index first, Index last) {
        const Scratch<T> logs((last - first) * n);
        loop(x + first * n, logs.get(), last - first, n);
        for (Index r = first; r < last; ++r) loss[r] = -logs[(r - first) * n + labels[r]];
    });
}

template <Real T>
void cross_entropy_vjp(const T* x, const Index* labels, const T* g, T* dx, Index rows, Index n) {
    const auto loop = table<T>().softmax;
    parallel_for(rows, rows_per_task(n), [=](Index first, Index last) {
        loop(x + first * n, dx + first * n, last - first, n);
        for (Index r = first; r < last; ++r) {
            T* const slope = dx + r * n;
            slope[labels[r]] -= T(1);
            for (Index i = 0; i < n; ++i) slope[i] *= g[r];
        }
    });
}

template void softmax(const float*, float*, Index, Index);
template void softmax(const double*, double*, Index, Index);
template void log_softmax(const float*, float*, Index, Index);
template void log_softmax(const double*, double*, Index, Index);
template void softmax_vjp(const float*, const float*, float*, Index, Index);
template void softmax_vjp(const double*, const double*, double*, Index, Index);
template void cross_entropy(const float*, const Index*, float*, Index, Index);
template void cross_entropy(const double*, const Index*, double*, Index, Index);
template void cross_entropy_vjp(const float*, const Index*, const float*, float*, Index, Index);
template void cross_entropy_vjp(const double*, const Index*, const double*, double*, Index, Index);

}  // namespace gradpath::kernels
