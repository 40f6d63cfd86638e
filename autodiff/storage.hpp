#pragma once
// Buffer: a shared block of numbers from the pool. Value: numbers with a shape and a dtype, before they become a node.
#include <atomic>
#include <cstddef>
#include <utility>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath {

/// Shared ownership of one block. Whoever makes it fills it; after that nobody writes (but see own() in ops/op.hpp).
class Buffer {
public:
    Buffer() = default;
    explicit Buffer(std::size_t bytes);
    Buffer(const Buffer& other) noexcept;
    Buffer(Buffer&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    Buffer& operator=(Buffer other) noexcept {
        std::swap(block_, other.block_);
        return *this;
    }
    ~Buffer();
    void* data() const;
    bool shared() const;  ///< does anyone else hold it?

private:
    struct Block;
    Block* block_ = nullptr;
};

struct Value {
    Shape shape;
    DType dtype = DType::float32;
    Buffer buffer = {};

    Value() = default;
    Value(const Shape& lengths, DType scalar);  ///< allocates; the numbers are not set
    Value(const Shape& lengths, DType scalar, Buffer numbers)
        : shape(lengths), dtype(scalar), buffer(std::move(numbers)) {}
    template <Real T>
    T* data() const {
        return static_cast<T*>(buffer.data());
    }
};

}  // namespace gradpath
