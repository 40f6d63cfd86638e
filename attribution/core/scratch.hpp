#pragma once
// Scratch numbers of the attribution core: doubles from the engine's pool, so that peak_bytes sees them.
#include <cstddef>
#include <vector>

#include <gradpath/autodiff/memory.hpp>

namespace gradpath::attribution {

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

using Numbers = std::vector<double, Pooled<double>>;

}  // namespace gradpath::attribution
