#pragma once
// The pooling allocator behind every tensor: 64-byte aligned blocks in size classes, with per-thread caches.
#include <cstddef>

namespace gradpath::memory {

/// Bytes handed out to live tensors and scratch now, and the most there has been in this process.
std::size_t current_bytes();
std::size_t peak_bytes();
/// Returns cached free blocks to the system.
void trim();

/// Measures the peak of the whole process above what was live when it began. Any number of scopes may live at once,
/// nested or on several threads: each sees the peak of its own lifetime.
class PeakScope {
public:
    PeakScope();
    ~PeakScope();
    PeakScope(const PeakScope&) = delete;
    PeakScope& operator=(const PeakScope&) = delete;
    std::size_t peak_bytes() const;  ///< above the start, so far

private:
    std::size_t start_, peak_;
    PeakScope* next_;  ///< of the list of live scopes
};

/// A block of at least `bytes` bytes, 64-byte aligned; release it with the same size, on any thread.
void* allocate(std::size_t bytes);
void release(void* block, std::size_t bytes) noexcept;

/// For std::vector: what is freed is not handed back to the system, to be faulted in again, and is seen by peak_bytes.
template <class T>
struct Pooled {
    using value_type = T;
    Pooled() = default;
    template <class U>
    Pooled(const Pooled<U>&) {}
    T* allocate(std::size_t count) { return static_cast<T*>(memory::allocate(count * sizeof(T))); }
    void deallocate(T* block, std::size_t count) noexcept { memory::release(block, count * sizeof(T)); }
    bool operator==(const Pooled&) const = default;
};

}  // namespace gradpath::memory
