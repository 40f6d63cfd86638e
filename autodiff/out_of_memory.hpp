#pragma once
// What memory::allocate throws where the system has no block left.
#include <cstddef>
#include <new>

namespace gradpath {

class OutOfMemory : public std::bad_alloc {
public:
    explicit OutOfMemory(std::size_t bytes) noexcept : bytes_(bytes) {}
    std::size_t bytes() const noexcept { return bytes_; }  ///< that were asked for at once
    const char* what() const noexcept override { return "there is not enough memory"; }

private:
    std::size_t bytes_;
};

}  // namespace gradpath
