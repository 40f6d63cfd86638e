#pragma once
// A buffer for the length of a scope, from the pool: 64-byte aligned, contents undefined.
#include <gradpath/autodiff/memory.hpp>
#include <gradpath/autodiff/shape.hpp>

namespace gradpath::kernels {

template <class T>
class Scratch {
public:
    explicit Scratch(Index count)
        : bytes_(static_cast<std::size_t>(count) * sizeof(T)), data_(static_cast<T*>(memory::allocate(bytes_))) {}
    ~Scratch() { memory::release(data_, bytes_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    T* get() const { return data_; }
    T& operator[](Index i) const { return data_[i]; }

private:
    std::size_t bytes_;
    T* data_;
};

}  // namespace gradpath::kernels
