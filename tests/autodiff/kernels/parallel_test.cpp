#include "sets.hpp"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/threads.hpp>

#include "support/memory_limit.hpp"

using namespace gradpath;
using namespace gradpath::tests;
using kernels::parallel_for;

TEST_CASE("a parallel loop visits every index once, in blocks of the grain") {
    const Restore restore;
    for (const int threads : {1, 2, 3, 7, 20}) {
        kernels::set_thread_count(threads);
        for (const Index n : {0, 1, 9, 10, 11, 1000})
            for (const Index grain : {1, 10, 5000}) {
                std::vector<std::atomic<int>> visits(static_cast<std::size_t>(n));
                std::atomic<bool> blocks_fit{true};
                parallel_for(n, grain, [&](Index first, Index last) {
                    if (first % grain != 0 || last != std::min(first + grain, n)) blocks_fit = false;
                    for (Index i = first; i < last; ++i) ++visits[static_cast<std::size_t>(i)];
                });
                CHECK(blocks_fit);
                CHECK(std::all_of(visits.begin(), visits.end(), [](const auto& v) { return v == 1; }));
            }
    }
}

TEST_CASE("the first exception of a block reaches the caller, and the next loop works") {
    const Restore restore;
    for (const int threads : {1, 4}) {
        kernels::set_thread_count(threads);
        const auto fail = [](Index first, Index) {
            if (first == 37) throw std::runtime_error("block 37");
        };
        CHECK_THROWS_WITH_AS(parallel_for(100, 1, fail), "block 37", std::runtime_error);
        std::atomic<Index> total{0};
        parallel_for(100, 1, [&](Index first, Index) { total += first; });
        CHECK(total == 4950);
    }
}

TEST_CASE("a loop inside a loop runs on the thread it stands on") {
    const Restore restore;
    kernels::set_thread_count(4);
    std::atomic<bool> stayed{true};
    parallel_for(8, 1, [&](Index, Index) {
        const auto here = std::this_thread::get_id();
        parallel_for(8, 1, [&](Index, Index) { stayed = stayed && std::this_thread::get_id() == here; });
    });
    CHECK(stayed);
    CHECK(!kernels::serial_flag());
}

TEST_CASE("under Serial a loop stays on the caller, and the flag returns to what it was") {
    const Restore restore;
    kernels::set_thread_count(4);
    const auto here = std::this_thread::get_id();
    {
        const Serial serial;
        { const Serial again; }
        parallel_for(100, 1, [&](Index, Index) { CHECK(std::this_thread::get_id() == here); });
    }
    CHECK(!kernels::serial_flag());
}

TEST_CASE("several user threads may run loops at once") {
    const Restore restore;
    kernels::set_thread_count(3);
    std::vector<Index> totals(4, 0);
    std::vector<std::thread> users;
    for (auto& total : totals)
        users.emplace_back([&total] {
            for (int round = 0; round < 50; ++round) {
                std::atomic<Index> sum{0};
                parallel_for(64, 4, [&](Index first, Index last) { sum += last - first; });
                total += sum;
            }
        });
    for (auto& user : users) user.join();
    CHECK(totals == std::vector<Index>(4, 3200));
}

#ifndef _OPENMP  // whose library ends the program where a thread cannot be started
TEST_CASE("where no more threads can be started, a loop runs on those there are") {
    if (!can_limit_memory) return;
    const Restore restore;
    kernels::set_thread_count(200);
    std::atomic<Index> total{0};
    {
        const MemoryLimit no_stack_fits(std::size_t{1} << 20);
        for (int round = 0; round < 3; ++round)
            parallel_for(1000, 1, [&](Index first, Index last) { total += last - first; });
    }
    CHECK(total == 3000);
}
#endif

TEST_CASE("the number of threads is at least one") {
    const Restore restore;
    CHECK(threads() >= 1);
    CHECK_THROWS_WITH_AS(set_threads(0), "set_threads: the number of threads must be at least 1: got 0", ValueError);
    set_threads(5);
    CHECK(threads() == 5);
}

TEST_CASE("the reference is always available, and an unknown set is refused with the names of those that are") {
    const Restore restore;
    const auto sets = kernels::available_isas();
    CHECK(std::string(sets[0]) == "reference");
    std::string names;
    for (const char* name : sets) {
        names += (names.empty() ? "" : ", ") + std::string(name);
        kernels::force_isa(name);
        CHECK(std::string(isa()) == name);
    }
    CHECK_THROWS_WITH_AS(kernels::force_isa("avx9"), ("force_isa: must be one of " + names + ": got avx9").c_str(),
                         ValueError);
}

TEST_CASE("GRADPATH_ISA forces a set on first use" *
          doctest::skip()) {  // run by the next test, in a process of its own
    const std::string wish = getenv("GRADPATH_ISA") == nullptr ? "reference" : getenv("GRADPATH_ISA");
    if (wish == "avx9") {
        std::string names;
        for (const char* name : kernels::available_isas()) names += (names.empty() ? "" : ", ") + std::string(name);
        const std::string message = "GRADPATH_ISA: must be one of " + names + ": got avx9";
        for (int attempt = 0; attempt < 2; ++attempt) CHECK_THROWS_WITH_AS(isa(), message.c_str(), ValueError);
    } else {
        CHECK(isa() == wish);
    }
}

TEST_CASE("a process chooses its set by GRADPATH_ISA and refuses one that is not there") {
    std::vector<std::string> wishes{"avx9"};
    for (const char* name : kernels::available_isas()) wishes.emplace_back(name);
    for (const std::string& wish : wishes) {
        CAPTURE(wish);
        const pid_t child = fork();
        if (child == 0) {
            setenv("GRADPATH_ISA", wish.c_str(), 1);
            execl("/proc/self/exe", "test", "--no-skip", "--minimal", "-tc=GRADPATH_ISA forces a set on first use",
                  nullptr);
            _exit(127);
        }
        int status = -1;
        REQUIRE(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 0);
    }
}
