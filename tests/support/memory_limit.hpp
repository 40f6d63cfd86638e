#pragma once
// A machine whose memory runs out: for tests of what happens when an allocation fails. Linux only.
#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <stdexcept>

namespace gradpath::tests {

/// Sanitizers end the program where an allocation fails, so there is nothing to test under them.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool can_limit_memory = false;
#elif defined(__has_feature)
constexpr bool can_limit_memory = !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
constexpr bool can_limit_memory = true;
#endif

/// While it lives, the system gives this process no more than `bytes` beyond what it has.
class MemoryLimit {
public:
    explicit MemoryLimit(std::size_t bytes) {
        std::size_t pages = 0;
        std::ifstream("/proc/self/statm") >> pages;
        if (pages == 0 || getrlimit(RLIMIT_AS, &before_) != 0) throw std::runtime_error("no memory limits here");
        rlimit limit = before_;
        limit.rlim_cur = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + bytes;
        if (setrlimit(RLIMIT_AS, &limit) != 0) throw std::runtime_error("the memory limit cannot be set");
    }
    ~MemoryLimit() { setrlimit(RLIMIT_AS, &before_); }
    MemoryLimit(const MemoryLimit&) = delete;
    MemoryLimit& operator=(const MemoryLimit&) = delete;

private:
    rlimit before_;
};

}  // namespace gradpath::tests
