#include <malloc.h>

#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/memory.hpp>
#include <gradpath/autodiff/memory_budget.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/out_of_memory.hpp>

#include "support/memory_limit.hpp"

using namespace gradpath;

TEST_CASE("blocks are aligned to 64 bytes, writable to their last byte, and do not overlap") {
    std::vector<std::pair<unsigned char*, std::size_t>> blocks;
    for (const std::size_t bytes :
         std::initializer_list<std::size_t>{0, 1, 63, 64, 65, 255, 256, 257, 320, 1000, 4096, 5000, 100000, 3000000}) {
        auto* const block = static_cast<unsigned char*>(memory::allocate(bytes));
        CHECK(reinterpret_cast<std::uintptr_t>(block) % 64 == 0);
        std::memset(block, static_cast<int>(blocks.size()), bytes);
        blocks.emplace_back(block, bytes);
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const auto [block, bytes] = blocks[i];
        bool kept = true;
        for (std::size_t b = 0; b < bytes; ++b) kept = kept && block[b] == i;
        CHECK(kept);
        memory::release(block, bytes);
    }
}

TEST_CASE("the counter rises by at least the bytes asked for, at most a quarter and one line more, and comes back") {
    for (const std::size_t bytes :
         std::initializer_list<std::size_t>{1, 64, 100, 257, 321, 1025, 5000, 1 << 20, (1 << 20) + 1}) {
        const std::size_t before = memory::current_bytes();
        void* const block = memory::allocate(bytes);
        const std::size_t taken = memory::current_bytes() - before;
        CHECK(taken >= bytes);
        CHECK(taken <= bytes + bytes / 4 + 64);
        memory::release(block, bytes);
        CHECK(memory::current_bytes() == before);
    }
}

TEST_CASE("a budget bounds what a thread holds at once, and gives back what is released") {
    const std::size_t before = memory::current_bytes();
    {
        const memory::Budget outer(4096, "ask for less");
        void* const first = memory::allocate(2048);
        CHECK_THROWS_WITH_AS(memory::allocate(2560),
                             "memory: all tensors together must stay within 4096 bytes: one of 2560 is too much; "
                             "ask for less",
                             ValueError);
        {
            const memory::Budget inner(1024, "the inner one");
            CHECK_THROWS_AS(memory::Budget::check(2048), ValueError);
            memory::Budget::take(1024);  // of both
            CHECK_THROWS_AS(memory::allocate(64), ValueError);
        }
        memory::release(memory::allocate(1024), 1024);
        CHECK_THROWS_AS(memory::allocate(1280), ValueError);
        memory::release(first, 2048);
        memory::release(memory::allocate(3072), 3072);
        std::thread([] { memory::release(memory::allocate(8192), 8192); }).join();  // another thread's do not count
    }
    memory::release(memory::allocate(8192), 8192);
    CHECK(memory::current_bytes() == before);
}

TEST_CASE("releasing nothing is fine, and impossible sizes throw bad_alloc") {
    const std::size_t before = memory::current_bytes();
    memory::release(nullptr, 100);
    CHECK(memory::current_bytes() == before);
    CHECK_THROWS_AS(memory::allocate(static_cast<std::size_t>(-1)), std::bad_alloc);
    try {
        memory::allocate(std::size_t{1} << 49);
        FAIL("there are not so many bytes");
    } catch (const OutOfMemory& error) {
        CHECK(error.bytes() == std::size_t{1} << 49);
        CHECK(std::string(error.what()) == "there is not enough memory");
    }
    CHECK(memory::current_bytes() == before);
}

TEST_CASE("blocks may be released on another thread, by many threads at once") {
    const std::size_t before = memory::current_bytes();
    constexpr int count = 2000;
    std::vector<void*> blocks(count);
    std::thread([&] {
        for (int i = 0; i < count; ++i)
            blocks[static_cast<std::size_t>(i)] = memory::allocate(64U * static_cast<unsigned>(i % 50));
    }).join();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = t; i < count; i += 4)
                memory::release(blocks[static_cast<std::size_t>(i)], 64U * static_cast<unsigned>(i % 50));
            for (int i = 0; i < 500; ++i) {
                auto* const block = static_cast<int*>(memory::allocate(4000));
                block[0] = block[999] = i;
                memory::release(block, 4000);
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(memory::current_bytes() == before);
}

TEST_CASE("a peak scope sees the most bytes above its start, and an inner scope does not hide them") {
    const memory::PeakScope outer;
    CHECK(outer.peak_bytes() == 0);
    void* const small = memory::allocate(1 << 16);
    CHECK(outer.peak_bytes() == 1 << 16);
    {
        void* const large = memory::allocate(1 << 20);
        memory::release(large, 1 << 20);
    }
    {
        const memory::PeakScope inner;
        CHECK(inner.peak_bytes() == 0);
        void* const block = memory::allocate(1 << 18);
        memory::release(block, 1 << 18);
        CHECK(inner.peak_bytes() == 1 << 18);
    }
    CHECK(outer.peak_bytes() == (1 << 16) + (1 << 20));
    memory::release(small, 1 << 16);
    CHECK(memory::peak_bytes() >= (1 << 16) + (1 << 20));
}

TEST_CASE("an outer peak scope can be read while an inner one lives") {
    const memory::PeakScope outer;
    memory::release(memory::allocate(1 << 20), 1 << 20);
    const memory::PeakScope inner;
    CHECK(outer.peak_bytes() == 1 << 20);
    CHECK(inner.peak_bytes() == 0);
    memory::release(memory::allocate(1 << 21), 1 << 21);
    CHECK(outer.peak_bytes() == 1 << 21);
    CHECK(inner.peak_bytes() == 1 << 21);
}

TEST_CASE("peak scopes may end in any order, and a later one keeps no earlier peak") {
    void* const block = memory::allocate(1 << 16);
    std::optional<memory::PeakScope> first, second, third;
    first.emplace();
    memory::release(memory::allocate(1 << 20), 1 << 20);
    second.emplace();
    memory::release(memory::allocate(1 << 18), 1 << 18);
    first.reset();
    CHECK(second->peak_bytes() == 1 << 18);
    memory::release(block, 1 << 16);
    third.emplace();
    CHECK(third->peak_bytes() == 0);
    memory::release(memory::allocate(1 << 17), 1 << 17);
    CHECK(second->peak_bytes() == 1 << 18);
    CHECK(third->peak_bytes() == 1 << 17);
    second.reset();
    memory::release(memory::allocate(1 << 19), 1 << 19);
    CHECK(third->peak_bytes() == 1 << 19);
}

TEST_CASE("peak scopes that begin and end on other threads leave the peak of one that lives alone") {
    const memory::PeakScope outer;
    memory::release(memory::allocate(1 << 24), 1 << 24);
    std::vector<std::thread> threads;
    std::vector<int> right(4);
    for (std::size_t t = 0; t < right.size(); ++t)
        threads.emplace_back([&right, t] {
            for (int i = 0; i < 500; ++i) {
                const memory::PeakScope scope;
                void* const block = memory::allocate(1 << 12);
                // Blocks of the other threads may have been live at the start and gone since.
                right[t] += memory::peak_bytes() >= 1 << 12 && scope.peak_bytes() <= 4 << 12;
                memory::release(block, 1 << 12);
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(right == std::vector<int>(4, 500));
    CHECK(outer.peak_bytes() >= 1 << 24);
    CHECK(outer.peak_bytes() <= (1 << 24) + (4 << 12));
}

TEST_CASE("free blocks of other sizes are handed back before an allocation fails") {
    if (!tests::can_limit_memory) return;
    constexpr std::size_t mib = 1 << 20;
    const std::size_t before = memory::current_bytes();
    memory::trim();
    memory::release(memory::allocate(384 * mib), 384 * mib);  // kept by the pool, never touched
    const tests::MemoryLimit limit(128 * mib);
    void* const block = memory::allocate(448 * mib);
    CHECK(memory::current_bytes() == before + 448 * mib);
    CHECK_THROWS_AS(memory::allocate(448 * mib), std::bad_alloc);
    memory::release(block, 448 * mib);
    memory::trim();
    CHECK(memory::current_bytes() == before);
}

TEST_CASE("a handle without a value leaves nothing behind where it is refused") {
    const auto refuse = [] {
        CHECK_THROWS_AS((void)tracked(Tensor()), Error);
        CHECK_THROWS_AS((void)alias(Tensor()), Error);
    };
    refuse();  // the first error makes room for its kind
    const std::size_t before = mallinfo2().uordblks;
    for (int i = 0; i < 100; ++i) refuse();
    CHECK(mallinfo2().uordblks < before + 100 * sizeof(Node));
}

TEST_CASE("trimming gives free blocks back and leaves live ones alone") {
    auto* const live = static_cast<int*>(memory::allocate(4096));
    live[7] = 42;
    for (const std::size_t bytes : std::initializer_list<std::size_t>{100, 10000, 10000000})
        memory::release(memory::allocate(bytes), bytes);
    const std::size_t before = memory::current_bytes();
    memory::trim();
    CHECK(memory::current_bytes() == before);
    CHECK(live[7] == 42);
    memory::release(live, 4096);
}
