#pragma once
// Tools of the kernel tests: a loop over the instruction sets, over threads, and random operands with nasty members.
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/kernels/parallel.hpp>

#include "../../support/close.hpp"
#include "../../support/guarded.hpp"

namespace gradpath::tests {

/// Puts set and threads back at the end of a scope.
class Restore {
public:
    Restore() = default;
    ~Restore() {
        kernels::force_isa(isa_.c_str());
        kernels::set_thread_count(threads_);
    }
    Restore(const Restore&) = delete;
    Restore& operator=(const Restore&) = delete;

private:
    std::string isa_ = kernels::active_isa();
    int threads_ = kernels::thread_count();
};

/// f(name) with each set that this machine runs in force, the reference among them.
void each_set(auto&& f) {
    const Restore restore;
    for (const char* name : kernels::available_isas()) {
        kernels::force_isa(name);
        const std::string set = name;
        CAPTURE(set);
        f(set);
    }
}

/// y = f() under the reference, then the same under each set: f returns a vector, check(expected, actual) compares.
void against_reference(auto&& f, auto&& check) {
    const Restore restore;
    kernels::force_isa("reference");
    const auto expected = f();
    each_set([&](const std::string&) { check(expected, f()); });
}

/// Whether f() gives the same bits on 1, 2, 3 and 7 threads.
bool same_on_any_threads(auto&& f) {
    const Restore restore;
    kernels::set_thread_count(1);
    const auto alone = f();
    for (const int threads : {2, 3, 7}) {
        kernels::set_thread_count(threads);
        const auto together = f();
        if (together.size() != alone.size() ||
            std::memcmp(together.data(), alone.data(), alone.size() * sizeof alone[0]) != 0)
            return false;
    }
    return true;
}

template <class T>
std::vector<T> uniform(Index count, double low, double high, unsigned seed) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> draw(low, high);
    std::vector<T> values(static_cast<std::size_t>(count));
    for (T& value : values) value = static_cast<T>(draw(random));
    return values;
}

/// 0, -0, the infinities, NaN, tiny and huge.
template <class T>
std::vector<T> nasty() {
    using Limits = std::numeric_limits<T>;
    return {T(0),
            T(-0.0),
            T(1),
            T(-1),
            Limits::infinity(),
            -Limits::infinity(),
            Limits::quiet_NaN(),
            Limits::max(),
            -Limits::max(),
            Limits::min(),
            T(1e-3),
            T(-1e-3),
            T(700),
            T(-700),
            T(80),
            T(-80),
            T(12345.678),
            T(-1e7)};
}

/// All numbers of both lists agree: relative to the larger, or to `floor`.
template <class T>
void check_close(const std::vector<T>& expected, const std::vector<T>& actual, double tolerance, double floor = 1e-30) {
    REQUIRE(expected.size() == actual.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CAPTURE(i);
        CAPTURE(expected[i]);
        CAPTURE(actual[i]);
        if (!close(static_cast<double>(expected[i]), static_cast<double>(actual[i]), tolerance, floor)) {
            CHECK(expected[i] == actual[i]);
            return;
        }
    }
    CHECK(true);
}

}  // namespace gradpath::tests
