// A pool in three layers, as in tcmalloc (Ghemawat & Menage 2007): each thread keeps a few free blocks of each size
// class without a lock; beyond its bound it hands half of them to central lists under a mutex, where other threads find
// them; what the central lists cannot hold goes back to the system. A block may be released on any thread: it joins
// that thread's cache. Classes are the multiples of 64 up to 256 bytes, then four steps per power of two, so at most a
// fifth of a block is slack. Nothing here is destroyed at exit: the last tensor may die after every static.
// When the system has no block left, free ones are handed back once before bad_alloc.
// In sanitizer builds each block is the system's own, so that every access out of bounds is seen.
#include <gradpath/autodiff/memory.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <new>

#include <gradpath/autodiff/counter.hpp>
#include <gradpath/autodiff/memory_budget.hpp>
#include <gradpath/autodiff/out_of_memory.hpp>

namespace gradpath::memory {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool pooling = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool pooling = false;
#else
constexpr bool pooling = true;
#endif
#else
constexpr bool pooling = true;
#endif

constexpr std::size_t alignment = 64;
constexpr std::size_t class_count = 4 + 4 * 40;  // up to 2⁴⁸ bytes
constexpr std::size_t largest_class = std::size_t{1} << 48;
constexpr std::size_t thread_bound = std::size_t{4} << 20;     // free bytes a thread may keep
constexpr std::size_t thread_class_bound = 32;                 // free blocks of one class a thread may keep
constexpr std::size_t central_bound = std::size_t{512} << 20;  // free bytes of the process beyond the threads'

struct SizeClass {
    std::size_t position, bytes;
};

/// The class of a request: 64, 128, 192, 256, then 320, 384, 448, 512, 640, ...
SizeClass class_of(std::size_t bytes) {
    if (bytes > largest_class) throw OutOfMemory(bytes);
    const std::size_t wanted = std::max<std::size_t>(bytes, 1);
    if (wanted <= 256) {
        const std::size_t position = (wanted - 1) / 64;
        return {position, (position + 1) * 64};
    }
    const auto power = static_cast<std::size_t>(std::bit_width(wanted - 1)) - 1;  // 2^power < wanted ≤ 2^(power+1)
    const std::size_t base = std::size_t{1} << power, step = base / 4;
    const std::size_t steps = (wanted - base + step - 1) / step;  // 1 .. 4
    return {4 + (power - 8) * 4 + (steps - 1), base + steps * step};
}

struct Free {
    Free* next;
};

struct List {
    Free* first = nullptr;
    std::size_t length = 0;

    void push(void* block) {
        first = new (block) Free{first};
        ++length;
    }
    void* pop() {
        Free* block = first;
        first = block->next;
        --length;
        return block;
    }
};

/// Free blocks that any thread may take.
class Central {
public:
    void* take(SizeClass size) {
        const std::lock_guard lock(mutex_);
        List& list = lists_[size.position];
        if (list.length == 0) return nullptr;
        bytes_ -= size.bytes;
        return list.pop();
    }
    void give(SizeClass size, void* block) {
        {
            const std::lock_guard lock(mutex_);
            if (bytes_ + size.bytes <= central_bound) {
                bytes_ += size.bytes;
                lists_[size.position].push(block);
                return;
            }
        }
        std::free(block);
    }
    void trim() {
        const std::lock_guard lock(mutex_);
        for (List& list : lists_)
            while (list.length > 0) std::free(list.pop());
        bytes_ = 0;
    }

private:
    std::mutex mutex_;
    std::array<List, class_count> lists_;
    std::size_t bytes_ = 0;
};

Central& central() {
    static Central& lists = *new Central;  // never destroyed: see the head of this file
    return lists;
}

// An allocation raises one mark, however many scopes live. When a scope begins, the mark is folded into the peaks of
// the scopes that live and starts anew at the bytes that are live then; so a scope's peak is the larger of its own and
// the mark.
std::atomic<std::size_t> live{0}, process_peak{0}, mark{0};
std::mutex scopes_mutex;
PeakScope* scopes = nullptr;
std::atomic<unsigned> trims{0};  // a thread that sees it changed empties its own cache

void raise_to(std::atomic<std::size_t>& peak, std::size_t value) {
    std::size_t seen = peak.load();
    while (seen < value && !peak.compare_exchange_weak(seen, value)) {}
}

void count_in(std::size_t bytes) {
    const std::size_t now = count_up(live, bytes) + bytes;  // before the mark: see PeakScope()
    raise_to(mark, now);
    raise_to(process_peak, now);
}

/// The free blocks of one thread.
class Cache {
public:
    Cache() { central(); }
    ~Cache() { empty(); }
    Cache(const Cache&) = delete;
    Cache& operator=(const Cache&) = delete;

    void* take(SizeClass size) {
        follow_trim();
        List& list = lists_[size.position];
        if (list.length == 0) return nullptr;
        bytes_ -= size.bytes;
        return list.pop();
    }
    void give(SizeClass size, void* block) {
        follow_trim();
        List& list = lists_[size.position];
        if (list.length >= thread_class_bound || bytes_ + size.bytes > thread_bound) {
            for (std::size_t kept = list.length / 2; list.length > kept; bytes_ -= size.bytes)
                central().give(size, list.pop());
            if (bytes_ + size.bytes > thread_bound) return central().give(size, block);
        }
        bytes_ += size.bytes;
        list.push(block);
    }
    void empty() {
        for (std::size_t position = 0; position < class_count; ++position)
            while (lists_[position].length > 0) central().give({position, bytes_at(position)}, lists_[position].pop());
        bytes_ = 0;
    }

private:
    static std::size_t bytes_at(std::size_t position) {
        if (position < 4) return (position + 1) * 64;
        const std::size_t base = std::size_t{256} << ((position - 4) / 4);
        return base + base / 4 * ((position - 4) % 4 + 1);
    }
    void follow_trim() {
        const unsigned now = trims.load(std::memory_order_relaxed);
        if (now == seen_) return;
        seen_ = now;
        for (List& list : lists_)
            while (list.length > 0) std::free(list.pop());
        bytes_ = 0;
    }

    std::array<List, class_count> lists_;
    std::size_t bytes_ = 0;
    unsigned seen_ = trims.load(std::memory_order_relaxed);
};

// Neither needs a destructor itself, so they can be read after the cache is gone.
[[gnu::tls_model("initial-exec")]] constinit thread_local Cache* current = nullptr;
[[gnu::tls_model("initial-exec")]] constinit thread_local bool ended = false;

[[gnu::noinline]] Cache* first_cache() {
    if (ended) return nullptr;
    struct Owner {
        Cache cache;
        Owner() { current = &cache; }
        ~Owner() {
            current = nullptr;
            ended = true;
        }
    };
    thread_local Owner owner;
    return current;
}

/// This thread's cache; null once the thread is ending.
Cache* cache() { return current ? current : first_cache(); }

void* from_system(std::size_t bytes) {
    void* block = std::aligned_alloc(alignment, bytes);
    if (block == nullptr) {
        trim();
        block = std::aligned_alloc(alignment, bytes);
    }
    if (block == nullptr) throw OutOfMemory(bytes);
    return block;
}

}  // namespace

void* allocate(std::size_t bytes) {
    const SizeClass size = class_of(bytes);
    if (innermost != nullptr) Budget::take(size.bytes);
    void* block = nullptr;
    if constexpr (pooling) {
        if (Cache* mine = cache()) block = mine->take(size);
        if (block == nullptr) block = central().take(size);
    }
    if (block == nullptr) block = from_system(pooling ? size.bytes : (std::max<std::size_t>(bytes, 1) + 63) / 64 * 64);
    count_in(size.bytes);
    return block;
}

void release(void* block, std::size_t bytes) noexcept {
    if (block == nullptr) return;
    const SizeClass size = class_of(bytes);
    count_down(live, size.bytes);
    if (innermost != nullptr) innermost->give_back(size.bytes);
    if constexpr (!pooling) return std::free(block);
    if (Cache* mine = cache()) return mine->give(size, block);
    central().give(size, block);
}

std::size_t current_bytes() { return live.load(std::memory_order_relaxed); }
std::size_t peak_bytes() { return process_peak.load(std::memory_order_relaxed); }

void trim() {
    trims.fetch_add(1, std::memory_order_relaxed);
    if constexpr (pooling) {
        if (Cache* mine = cache()) mine->empty();
        central().trim();
    }
}

PeakScope::PeakScope() {
    const std::lock_guard lock(scopes_mutex);
    const std::size_t seen = mark.exchange(0);
    for (PeakScope* scope = scopes; scope != nullptr; scope = scope->next_) scope->peak_ = std::max(scope->peak_, seen);
    start_ = peak_ = live.load();  // after the exchange: bytes not yet counted here raise the new mark
    raise_to(mark, start_);
    next_ = scopes;
    scopes = this;
}
PeakScope::~PeakScope() {
    const std::lock_guard lock(scopes_mutex);
    PeakScope** link = &scopes;
    while (*link != this) link = &(*link)->next_;
    *link = next_;
}
std::size_t PeakScope::peak_bytes() const {
    const std::lock_guard lock(scopes_mutex);
    return std::max(peak_, mark.load()) - start_;
}

}  // namespace gradpath::memory
