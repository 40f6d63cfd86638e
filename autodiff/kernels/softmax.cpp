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
        const Scratch<T> row(n);
        for (Index r = first; r < last; ++r) {
            loop(x + r * n, row.get(), 1, n);
            loss[r] = -row[labels[r]];
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

}  // namespace gradpath::kernels
