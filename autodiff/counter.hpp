#pragma once
// Counters that threads share. While the process has one thread a plain addition does, at a fifth of the price of an
// atomic one; the C library knows when that ends, and starting a thread orders what came before it.
#include <atomic>
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#endif

namespace gradpath {

inline bool one_thread() noexcept {
#if __has_include(<sys/single_threaded.h>)
    return __libc_single_threaded;
#else
    return false;
#endif
}

/// Adds to a counter and returns what it held before.
template <class T>
T count_up(std::atomic<T>& counter, T term) noexcept {
    if (!one_thread()) return counter.fetch_add(term, std::memory_order_relaxed);
    const T before = counter.load(std::memory_order_relaxed);
    counter.store(before + term, std::memory_order_relaxed);
    return before;
}
/// Subtracts and returns what it held before; whoever brings it to nothing sees all that the others did.
template <class T>
T count_down(std::atomic<T>& counter, T term) noexcept {
    if (!one_thread()) return counter.fetch_sub(term, std::memory_order_acq_rel);
    const T before = counter.load(std::memory_order_relaxed);
    counter.store(before - term, std::memory_order_relaxed);
    return before;
}

}  // namespace gradpath
