#pragma once
// A bound on what a piece of work may take, for work whose size a stranger decides.
#include <cstddef>

namespace gradpath::memory {

/// While it lives, blocks that this thread allocates (less those that it releases) may not exceed `bytes`: one that
/// would throws ValueError, which ends in `way_out`. Budgets nest; each is kept. Blocks of other threads do not count.
class Budget {
public:
    explicit Budget(std::size_t bytes, const char* way_out);
    ~Budget();
    Budget(const Budget&) = delete;
    Budget& operator=(const Budget&) = delete;

    /// Throws as a block of so many bytes would, and takes none.
    static void check(std::size_t bytes);
    /// For memory that is not a block: takes it from this thread's budgets, if it has any.
    static void take(std::size_t bytes);
    void give_back(std::size_t bytes) noexcept;

private:
    std::size_t bytes_;
    const char* way_out_;
    std::ptrdiff_t left_;
    Budget* outer_;
};

/// The budget that this thread keeps to now, if any: for the allocator, which asks it for every block.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local Budget* innermost;

}  // namespace gradpath::memory
