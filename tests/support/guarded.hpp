#pragma once
// Arrays that touch unreadable memory: one number too far, in either direction, ends the test by a signal.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>

namespace gradpath::tests {

enum class Guard { after, before };

/// `count` numbers that end where an unreadable page begins (after), or begin where one ends (before).
template <class T>
class Guarded {
public:
    explicit Guarded(std::int64_t count, Guard guard = Guard::after) : count_(static_cast<std::size_t>(count)) {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const std::size_t inner = (count_ * sizeof(T) + page) / page * page;
        mapped_ = inner + 2 * page;
        base_ = static_cast<char*>(mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        if (base_ == MAP_FAILED || mprotect(base_ + page, inner, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc();
        char* const start = guard == Guard::before ? base_ + page : base_ + page + inner - count_ * sizeof(T);
        data_ = reinterpret_cast<T*>(start);
    }
    Guarded(std::span<const T> values, Guard guard = Guard::after)
        : Guarded(static_cast<std::int64_t>(values.size()), guard) {
        std::copy(values.begin(), values.end(), data_);
    }
    ~Guarded() { munmap(base_, mapped_); }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    T* data() const { return data_; }
    T* begin() const { return data_; }
    T* end() const { return data_ + count_; }
    std::size_t size() const { return count_; }
    T& operator[](std::int64_t i) const { return data_[i]; }

private:
    std::size_t count_, mapped_ = 0;
    char* base_ = nullptr;
    T* data_ = nullptr;
};

}  // namespace gradpath::tests
