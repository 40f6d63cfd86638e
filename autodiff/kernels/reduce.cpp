// Reductions over the middle axis, split over the threads. A long axis is cut into chunks of fixed length, and what the
// chunks give is reduced again: the tree depends on the length alone, never on rows or threads.
#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/scratch.hpp>
#include <gradpath/autodiff/kernels/table.hpp>

namespace gradpath::kernels {
namespace {

constexpr Index block = 16384;  // numbers per task
constexpr Index strip = 256;    // columns per task

template <Real T>
using Entry = void (*)(const T* x, T* y, Index length, Index inner, Index first, Index last);

/// One call per outer index and strip of columns.
template <Real T>
void reduce_all(Entry<T> entry, const T* x, T* y, Index outer, Index length, Index inner) {
    if (inner <= 0) return;
    const Index strips = (inner + strip - 1) / strip;
    const Index task = std::max<Index>(1, length * std::min(inner, strip));
    parallel_for(outer * strips, std::max<Index>(1, block / task), [=](Index first, Index last) {
        for (Index i = first; i < last; ++i) {
            const Index o = i / strips, column = i % strips * strip;
            entry(x + o * length * inner, y + o * inner, length, inner, column, std::min(column + strip, inner));
        }
    });
}

/// The same for an operation that may be applied to its own results.
template <Real T>
void reduce_chunks(Entry<T> entry, const T* x, T* y, Index outer, Index length, Index inner) {
    const Index chunk = inner == 1 ? 16384 : 1024;
    if (length <= chunk || outer <= 0 || inner <= 0) return reduce_all(entry, x, y, outer, length, inner);
    const Index chunks = (length + chunk - 1) / chunk, strips = (inner + strip - 1) / strip;
    const Scratch<T> part(outer * chunks * inner);
    parallel_for(outer * chunks * strips, std::max<Index>(1, block / (chunk * std::min(inner, strip))),
                 [&](Index first, Index last) {
                     for (Index i = first; i < last; ++i) {
                         const Index column = i % strips * strip, c = i / strips % chunks, o = i / strips / chunks;
                         entry(x + (o * length + c * chunk) * inner, part.get() + (o * chunks + c) * inner,
                               std::min(chunk, length - c * chunk), inner, column, std::min(column + strip, inner));
                     }
                 });
    reduce_chunks(entry, part.get(), y, outer, chunks, inner);
}

}  // namespace

template <Real T>
void sum(const T* x, T* y, Index outer, Index length, Index inner) {
    reduce_chunks<T>(table<T>().sum, x, y, outer, length, inner);
}

template <Real T>
void max(const T* x, T* y, Index outer, Index length, Index inner) {
    reduce_chunks<T>(table<T>().max, x, y, outer, length, inner);
}

template <Real T>
void logsumexp(const T* x, T* y, Index outer, Index length, Index inner) {
    reduce_all<T>(table<T>().logsumexp, x, y, outer, length, inner);
}

template <Real T>
void argmax(const T* x, Index* y, Index outer, Index length, Index inner) {
    parallel_for(outer * inner, std::max<Index>(1, block / std::max<Index>(1, length)), [=](Index first, Index last) {
        for (Index i = first; i < last; ++i) {
            const T* const start = x + i / inner * length * inner + i % inner;
            Index best = 0;
            for (Index l = 1; l < length && !std::isnan(start[best * inner]); ++l)
                if (start[l * inner] > start[best * inner] || std::isnan(start[l * inner])) best = l;
            y[i] = best;
        }
    });
}

template void sum(const float*, float*, Index, Index, Index);
template void sum(const double*, double*, Index, Index, Index);
template void max(const float*, float*, Index, Index, Index);
template void max(const double*, double*, Index, Index, Index);
template void logsumexp(const float*, float*, Index, Index, Index);
template void logsumexp(const double*, double*, Index, Index, Index);
template void argmax(const float*, Index*, Index, Index, Index);
template void argmax(const double*, Index*, Index, Index, Index);

}  // namespace gradpath::kernels
